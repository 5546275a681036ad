import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { daysHidden, deleteHidden } from './delete-hidden.ts'

const now = () => new Date('2026-03-31T12:00:00Z')

/** Runs the job; each deletion takes the next of `found`, and the job is told to end in its last wait. */
async function run(found: (number | Error)[], waits: number, sure = async () => {}) {
  const [asked, waited]: [unknown[], number[]] = [[], []]
  const end = new AbortController()
  const data = {
    deleteHidden: async (...args: unknown[]) => {
      asked.push(args)
      const next = found.shift() ?? 0
      if (next instanceof Error) throw next
      return next
    },
  }
  const wait = async (ms: number) => {
    if (waited.push(ms) === waits) end.abort()
  }
  await deleteHidden(data, 30, end.signal, { sure, wait, now } as never)
  return { asked, waited }
}

describe('Entries that are hidden', () => {
  it('are deleted so many days later, and looked for once an hour', async () => {
    const { asked, waited } = await run([], 2)
    const once = [new Date('2026-03-01T12:00:00Z'), { limit: 100 }, now()]
    assert.deepEqual(asked, [once, once])
    assert.deepEqual(waited, [3_600_000, 3_600_000])
  })

  it('are deleted a hundred at a time, without a wait while there are more', async () => {
    assert.equal((await run([100, 100, 7], 1)).asked.length, 3)
  })

  it('are said to be deleted once that is in the bucket', async (test) => {
    const said = test.mock.method(process.stdout, 'write', () => true)
    const lines = () => said.mock.calls.map(({ arguments: [line] }) => String(line)).join('')
    const sure = async () => assert.doesNotMatch(lines(), /Deleted/)
    await run([3], 1, sure)
    assert.match(lines(), /Deleted 3 entries that were hidden 30 or more days ago/)
  })

  it('are tried again an hour after a failure', async (test) => {
    const said = test.mock.method(process.stdout, 'write', () => true)
    const { asked } = await run([new Error('disk is full'), 0], 2)
    assert.equal(asked.length, 2)
    assert.match(String(said.mock.calls[0]?.arguments[0]), /in an hour, not now: disk is full/)
  })
})

describe('DELETE_HIDDEN_AFTER_DAYS', () => {
  it('is a whole number of days, and leaves all that is hidden where it is not set', () => {
    for (const text of [undefined, '', ' ']) {
      assert.equal(daysHidden({ DELETE_HIDDEN_AFTER_DAYS: text } as never), null)
    }
    assert.equal(daysHidden({ DELETE_HIDDEN_AFTER_DAYS: ' 30 ' } as never), 30)
  })

  for (const text of ['0', '-1', '1.5', '1e9', 'never', '30d']) {
    it(`is refused as ${text}`, () => {
      assert.throws(
        () => daysHidden({ DELETE_HIDDEN_AFTER_DAYS: text } as never),
        /^Error: DELETE_HIDDEN_AFTER_DAYS is no whole number/,
      )
    })
  }
})
