import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Turns } from './turns.ts'

function scene() {
  const turns = new Turns()
  const events: string[] = []
  const read = (name: string, until?: Promise<unknown>) =>
    turns.read(() => {
      events.push(`${name} begins`)
      return until?.then(() => events.push(`${name} ends`))
    })
  const change = (name: string) =>
    turns.change(() => {
      events.push(name)
    })
  return { turns, events, read, change }
}

describe('Reads and changes', () => {
  it('have a change wait for all reads that have begun, and later reads for the change', async () => {
    const { events, read, change } = scene()
    const [one, two] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const all = [read('one', one.promise), read('two', two.promise), change('change'), read('late')]
    one.resolve()
    await all[0]
    assert.deepEqual(events, ['one begins', 'two begins', 'one ends'])
    two.resolve()
    await Promise.all(all)
    assert.deepEqual(events.slice(3), ['two ends', 'change', 'late begins'])
  })

  it('let those who wait read between two changes', async () => {
    const { events, read, change } = scene()
    const changes = async () => {
      await change('first')
      await change('second')
    }
    await Promise.all([read('before'), changes(), read('between')])
    assert.deepEqual(events, ['before begins', 'first', 'between begins', 'second'])
  })

  it('have one change at a time', async () => {
    const { events, read, change } = scene()
    const held = Promise.withResolvers<void>()
    const all = [read('one', held.promise), change('first'), change('second')]
    held.resolve()
    await Promise.all(all)
    assert.deepEqual(events, ['one begins', 'one ends', 'first', 'second'])
  })

  it('go on after a read or a change that fails', async () => {
    const { turns, events, read, change } = scene()
    const fail = () => {
      throw new Error('no')
    }
    await assert.rejects(turns.read(fail), /no/)
    await assert.rejects(
      turns.read(async () => fail()),
      /no/,
    )
    await assert.rejects(turns.change(fail), /no/)
    await Promise.all([change('change'), read('read')])
    assert.deepEqual(events, ['change', 'read begins'])
  })
})
