import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { atMost } from './run.mjs'

describe('tasks of which two may run at once', () => {
  it('begin in their order, each as soon as another has ended', async () => {
    const { begun, begin, end } = tasks()
    const all = ['a', 'b', 'c', 'd'].map(begin)
    await settled()
    assert.deepEqual(begun, ['a', 'b'])
    end.b()
    await settled()
    assert.deepEqual(begun, ['a', 'b', 'c'])
    end.a()
    end.c()
    await settled()
    end.d()
    assert.deepEqual(await Promise.all(all), ['a', 'b', 'c', 'd'])
  })

  it('leave their place to others when they fail', async () => {
    const { begin, end, fail } = tasks()
    const all = ['a', 'b', 'c'].map(begin)
    await settled()
    fail.a(new Error('no'))
    await assert.rejects(all[0], /no/)
    await settled()
    end.b()
    end.c()
    assert.deepEqual(await Promise.all(all.slice(1)), ['b', 'c'])
  })

  it('run again when there was none for a while', async () => {
    const inTurn = atMost(2)
    for (const number of [1, 2, 3]) assert.equal(await inTurn(async () => number), number)
  })
})

function tasks() {
  const inTurn = atMost(2)
  const begun = []
  const end = {}
  const fail = {}
  const begin = (name) =>
    inTurn(
      () =>
        new Promise((resolve, reject) => {
          begun.push(name)
          end[name] = () => resolve(name)
          fail[name] = reject
        }),
    )
  return { begun, begin, end, fail }
}

// Until all that can go on by itself has done so.
function settled() {
  return new Promise((resolve) => setImmediate(resolve))
}
