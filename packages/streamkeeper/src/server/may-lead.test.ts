import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { LeaseObject } from '../lease/lease-object.ts'
import { firstLease } from '../lease/test-support/first-lease.ts'
import { barOf, type Release } from './may-lead.ts'

const breaking = { migration: '0003_drop', statement: 'DROP TABLE pets', lost: ['pets'] }

function release(own: Partial<Release> = {}): Release {
  return {
    ...{ name: 'two', migration: 200, isPreview: false },
    hasNewerFile: () => false,
    breaking: () => null,
    ...own,
  }
}

function bar(own: Partial<Release>, lease: Partial<LeaseObject> = {}, isHeldByOther = false) {
  return barOf(release(own), { lease: { ...firstLease, ...lease }, isHeldByOther: isHeldByOther })
}

const by = (name: string, migration: number) => ({ schema: { migration, release: name } })
const heldBy = (revision: string, migration: number) => ({
  holder: { id: 'x', instance: 'i', revision, migration },
})

describe('A release may lead', () => {
  for (const [what, lease] of [
    ['where nobody led before', {}],
    ['where an older one did', by('one', 100)],
    ['where one with the same schema did', by('three', 200)],
    ['while an older one leads', { ...by('one', 100), ...heldBy('one', 100) }],
    ['where a newer one led and has published nothing', { ...by('one', 100), ...heldBy('3', 300) }],
  ] as const) {
    it(what, () => assert.equal(bar({}, lease), null))
  }

  it('with a file that a newer one had migrated before the lease was led back', () => {
    assert.equal(bar({ hasNewerFile: () => true }, by('one', 100)), null)
  })
})

describe('An older release may not lead', () => {
  for (const [what, lease, isHeldByOther] of [
    ['where a newer one led', by('three', 300), false],
    ['while a newer one leads that has published nothing yet', heldBy('three', 300), true],
    [
      'while one with its schema leads what a newer one has left',
      { ...by('three', 300), ...heldBy('one', 100) },
      true,
    ],
  ] as const) {
    it(`${what}, and both are named`, () => {
      const found = bar({}, lease, isHeldByOther)
      assert.equal(found?.code, 'older-release')
      assert.match(found.message, /migrated by three \(.* older release two \(.* deploy three/)
    })
  }

  it('where a branch that was merged late has made its file newer under the same number', () => {
    const found = bar({ hasNewerFile: () => true }, by('three', 200))
    assert.equal(found?.code, 'older-release')
    assert.equal(bar({ hasNewerFile: () => true }, by('two', 200)), null)
  })

  it('where its file is newer, and the lease names no release', () => {
    const found = bar({ hasNewerFile: () => true })
    assert.equal(found?.code, 'older-release')
    assert.match(found.message, /migrated by a newer release, .* older release two/)
  })
})

describe('A preview may not lead', () => {
  it('whatever the lease says', () => {
    assert.equal(bar({ isPreview: true })?.code, 'preview')
    assert.equal(bar({ isPreview: true }, by('three', 300))?.code, 'preview')
  })
})

describe('A release that takes something away', () => {
  const own = { breaking: (from: number) => (from < 200 ? breaking : null) }

  it('may not lead after another one, and is told what and what to do', () => {
    const found = bar(own, by('one', 100))
    assert.equal(found?.code, 'breaking-migration')
    assert.match(found.message, /0003_drop takes pets away from one, .* \(DROP TABLE pets\)/)
    assert.match(
      found.message,
      /Either keep it in this release; or, .* allow it with npx streamkeeper deploy --allow/,
    )
  })

  it('may not ask while another one leads', () => {
    assert.equal(bar(own, heldBy('one', 100), true)?.code, 'breaking-migration')
  })

  it('may lead after itself, after one that did so, and where there was none', () => {
    assert.equal(bar(own, by('two', 100)), null)
    assert.equal(bar(own, by('one', 200)), null)
    assert.equal(bar(own), null)
  })

  it('may lead after a command, which serves nobody', () => {
    assert.equal(bar(own, by('seed', 100)), null)
    assert.equal(bar(own, by('move', 100)), null)
  })
})
