import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { GroupCommit } from './group-commit.ts'

function scene() {
  const syncs: { resolve(): void; reject(error: Error): void }[] = []
  const commits = new GroupCommit(() => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    syncs.push({ resolve, reject })
    return promise
  })
  const done: string[] = []
  const write = (name: string) =>
    commits.durable().then(
      () => done.push(name),
      (error: Error) => done.push(`${name}: ${error.message}`),
    )
  return { syncs, done, write }
}

describe('Group commit', () => {
  it('makes one sync serve all who come at once', async () => {
    const { syncs, done, write } = scene()
    for (const name of ['a', 'b', 'c']) write(name)
    await turn()
    assert.equal(syncs.length, 1)
    syncs[0]?.resolve()
    await turn()
    assert.deepEqual(done, ['a', 'b', 'c'])
  })

  it('never lets a sync acknowledge a write that came after it began', async () => {
    const { syncs, done, write } = scene()
    write('before')
    await turn()
    write('during')
    await turn()
    assert.equal(syncs.length, 1)
    syncs[0]?.resolve()
    await turn()
    assert.deepEqual(done, ['before'])
    assert.equal(syncs.length, 2)
    syncs[1]?.resolve()
    await turn()
    assert.deepEqual(done, ['before', 'during'])
  })

  it('runs one sync at a time, and the next serves all who came meanwhile', async () => {
    const { syncs, done, write } = scene()
    write('a')
    await turn()
    for (const name of ['b', 'c', 'd']) {
      write(name)
      await turn()
    }
    assert.equal(syncs.length, 1)
    syncs[0]?.resolve()
    await turn()
    assert.equal(syncs.length, 2)
    syncs[1]?.resolve()
    await turn()
    assert.deepEqual(done, ['a', 'b', 'c', 'd'])
  })

  it('tells all who shared a failed sync, and goes on with the next', async () => {
    const { syncs, done, write } = scene()
    write('a')
    write('b')
    await turn()
    write('c')
    syncs[0]?.reject(new Error('no bucket'))
    await turn()
    assert.deepEqual(done, ['a: no bucket', 'b: no bucket'])
    syncs[1]?.resolve()
    await turn()
    assert.equal(done[2], 'c')
  })

  it('syncs again for each who comes alone', async () => {
    const { syncs, write } = scene()
    for (const number of [1, 2, 3]) {
      write('a')
      await turn()
      assert.equal(syncs.length, number)
      syncs[number - 1]?.resolve()
      await turn()
    }
  })
})
