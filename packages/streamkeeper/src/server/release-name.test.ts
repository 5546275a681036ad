import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { release, releaseInWords, sourceUrl, webAddress } from './release-name.ts'

const { version } = JSON.parse(readFileSync('package.json', 'utf8'))

describe('A release', () => {
  it('is named by its revision, its version and its commit', () => {
    const built = { revision: 'visits-00012', version: '0.1.0', commit: '5e2fdbf' }
    assert.equal(releaseInWords(built), 'visits-00012 (0.1.0, 5e2fdbf)')
  })

  it('is named without a commit where it was built without git', () => {
    const built = { revision: 'local', version: '0.1.0', commit: null }
    assert.equal(releaseInWords(built), 'local (0.1.0)')
  })

  it('is that of the sources in development', () => {
    assert.deepEqual(release(), { revision: 'local', version, commit: null })
  })

  it('says where its sources are: as npm has it, or as the operator does', () => {
    for (const repository of [
      'https://code.example/visits',
      { type: 'git', url: 'git+https://code.example/visits.git' },
    ]) {
      assert.equal(webAddress(repository), 'https://code.example/visits')
    }
    for (const repository of [undefined, 'code/visits', { url: 'git@code.example:visits.git' }]) {
      assert.equal(webAddress(repository), null)
    }
    process.env.SOURCE_URL = 'https://code.example/fork'
    assert.equal(sourceUrl(), 'https://code.example/fork')
  })
})
