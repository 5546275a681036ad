import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import fc from 'fast-check'
import type { Data } from './data.ts'
import { EntryDeleted, KeyReused } from './entries.ts'
import { readText } from './text.ts'

const noon = new Date('2026-01-02T12:00:00Z')
const all = { before: null, limit: 1_000 }
const times = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

let keys = 0
function entry({ name = 'A', message = 'B', idempotencyKey = `key ${++keys}` } = {}) {
  return { name, message, idempotencyKey }
}

async function sign(data: Data, count: number): Promise<void> {
  for (const number of times(count)) await data.addEntry(entry({ name: `Guest ${number}` }), noon)
}

async function names(data: Data, before: number | null, limit: number) {
  const { entries, older } = await data.listEntries({ before, limit })
  return { names: entries.map((entry) => entry.name), older }
}

/**
 * What the app relies on, whatever keeps its data.
 *
 * @param name of what keeps it
 * @param open gives data that are empty, until the end of the test
 */
export function describeData(name: string, open: (test: TestContext) => Promise<Data>): void {
  describe(`Visits in ${name}`, () => {
    it('are none at first', async (test) => {
      assert.deepEqual(await (await open(test)).countVisits(noon), { total: 0, today: 0 })
    })

    it('are counted one by one, and each visitor is told a number of their own', async (test) => {
      const data = await open(test)
      const numbers = await Promise.all(times(100).map(() => data.recordVisits(1, noon)))
      const totals = numbers.map(({ total }) => total).sort((one, other) => one - other)
      assert.deepEqual(totals, times(100))
      for (const { total, today } of numbers) assert.equal(today, total)
      assert.deepEqual(await data.countVisits(noon), { total: 100, today: 100 })
      assert.equal((await data.visitsByDay({ days: 1, now: noon }))[0]?.visits, 100)
    })

    it('are told with how many of them are of the day', async (test) => {
      const data = await open(test)
      await data.recordVisits(1, new Date('2026-01-01T23:59:59.999Z'))
      const midnight = new Date('2026-01-02T00:00:00Z')
      assert.deepEqual(await data.countVisits(midnight), { total: 1, today: 0 })
      assert.deepEqual(await data.recordVisits(1, midnight), { total: 2, today: 1 })
      assert.deepEqual(await data.countVisits(noon), { total: 2, today: 1 })
    })

    it('are counted by day, those without any included', async (test) => {
      const data = await open(test)
      for (const day of ['2025-12-30', '2025-12-31', '2026-01-02', '2026-01-02']) {
        await data.recordVisits(1, new Date(`${day}T23:59:59Z`))
      }
      assert.deepEqual(await data.visitsByDay({ days: 3, now: noon }), [
        { day: '2025-12-31', visits: 1 },
        { day: '2026-01-01', visits: 0 },
        { day: '2026-01-02', visits: 2 },
      ])
    })
  })

  describe(`The guestbook in ${name}`, () => {
    it('gives an entry back as it was written, with its id and time', async (test) => {
      const data = await open(test)
      const written = { name: "Robert'); --", message: 'Zeile 1\n行2 🙂\t\\' }
      const stored = await data.addEntry(entry(written), noon)
      assert.deepEqual(stored, { id: 1, ...written, createdAt: '2026-01-02T12:00:00.000Z' })
      assert.deepEqual((await data.listEntries(all)).entries, [stored])
    })

    it('shows the newest first and pages through to the oldest, each entry once', async (test) => {
      const data = await open(test)
      await sign(data, 5)
      assert.deepEqual(await names(data, null, 2), { names: ['Guest 5', 'Guest 4'], older: 4 })
      assert.deepEqual(await names(data, 4, 2), { names: ['Guest 3', 'Guest 2'], older: 2 })
      assert.deepEqual(await names(data, 2, 2), { names: ['Guest 1'], older: null })
    })

    it('has no further page when the last one is just full', async (test) => {
      const data = await open(test)
      await sign(data, 2)
      assert.deepEqual(await names(data, null, 2), { names: ['Guest 2', 'Guest 1'], older: null })
    })

    it('keeps the place of a reader while others sign or are deleted', async (test) => {
      const data = await open(test)
      await sign(data, 4)
      const { older } = await names(data, null, 2)
      await data.deleteEntry(3, noon)
      await data.deleteEntry(4, noon)
      await sign(data, 1)
      assert.deepEqual(await names(data, older, 2), { names: ['Guest 2', 'Guest 1'], older: null })
    })

    it('never gives an id out twice', async (test) => {
      const data = await open(test)
      await sign(data, 2)
      await data.deleteEntry(1, noon)
      await data.deleteEntry(2, noon)
      assert.equal((await data.addEntry(entry(), noon)).id, 3)
    })

    it('holds an entry once, however often it is written with the same key', async (test) => {
      const data = await open(test)
      const again = entry()
      const first = await data.addEntry(again, noon)
      assert.deepEqual(await data.addEntry(again, new Date()), first)
      assert.deepEqual(await names(data, null, 10), { names: ['A'], older: null })
    })

    it('holds an entry once that many write at once with the same key', async (test) => {
      const data = await open(test)
      const same = entry()
      const stored = await Promise.all(times(30).map(() => data.addEntry(same, noon)))
      assert.equal(new Set(stored.map(({ id }) => id)).size, 1)
      assert.deepEqual((await data.listEntries(all)).entries, stored.slice(0, 1))
    })

    it('keeps one of the different entries that come at once with the same key', async (test) => {
      const data = await open(test)
      const attempts = await Promise.allSettled(
        times(30).map((number) =>
          data.addEntry(entry({ message: `${number}`, idempotencyKey: 'k' }), noon),
        ),
      )
      const kept = attempts.flatMap((attempt) =>
        attempt.status === 'fulfilled' ? [attempt.value] : [],
      )
      for (const attempt of attempts) {
        assert.ok(attempt.status === 'fulfilled' || attempt.reason instanceof KeyReused)
      }
      assert.equal(kept.length, 1)
      assert.deepEqual((await data.listEntries(all)).entries, kept)
    })

    it('loses none of the entries that many write at once', async (test) => {
      const data = await open(test)
      const stored = await Promise.all(times(100).map(() => data.addEntry(entry(), noon)))
      const { entries } = await data.listEntries(all)
      assert.deepEqual(
        entries,
        stored.sort((one, other) => other.id - one.id),
      )
    })

    it('refuses a key that came with another entry, and keeps the first', async (test) => {
      const data = await open(test)
      const first = await data.addEntry(entry({ idempotencyKey: 'k' }), noon)
      for (const other of [{ message: 'C' }, { name: 'C' }]) {
        const reused = data.addEntry(entry({ idempotencyKey: 'k', ...other }), noon)
        await assert.rejects(reused, KeyReused)
      }
      assert.deepEqual((await data.listEntries(all)).entries, [first])
    })

    it('hides an entry from everybody but admins, and shows it again', async (test) => {
      const data = await open(test)
      await sign(data, 2)
      assert.ok(await data.hideEntry(2, noon))
      assert.deepEqual((await names(data, null, 10)).names, ['Guest 1'])
      const { entries } = await data.listAllEntries(all)
      assert.deepEqual(
        entries.map(({ hiddenAt }) => hiddenAt),
        [noon.toISOString(), null],
      )
      assert.ok(await data.hideEntry(2, null))
      assert.deepEqual((await names(data, null, 10)).names, ['Guest 2', 'Guest 1'])
    })

    it('deletes an entry', async (test) => {
      const data = await open(test)
      await sign(data, 2)
      assert.ok(await data.deleteEntry(1, noon))
      assert.deepEqual(await names(data, null, 10), { names: ['Guest 2'], older: null })
    })

    it('deletes what was hidden before a moment, the oldest first, and nothing else', async (test) => {
      const data = await open(test)
      await sign(data, 5)
      const at = (seconds: number) => new Date(noon.getTime() + seconds * 1000)
      for (const [id, seconds] of [
        [5, 0],
        [2, 1],
        [1, 2],
        [4, 3],
      ] as const) {
        await data.hideEntry(id, at(seconds))
      }
      const left = async () => (await data.listAllEntries(all)).entries.map(({ id }) => id)
      assert.equal(await data.deleteHidden(noon, { limit: 9 }, at(9)), 0)
      assert.equal(await data.deleteHidden(at(3), { limit: 2 }, at(9)), 2)
      assert.deepEqual(await left(), [5, 4, 3])
      assert.equal(await data.deleteHidden(at(3), { limit: 2 }, at(9)), 1)
      assert.equal(await data.deleteHidden(at(3), { limit: 2 }, at(9)), 0)
      assert.deepEqual(await left(), [4, 3])
      assert.deepEqual((await names(data, null, 10)).names, ['Guest 3'])
    })

    it('says that there is no entry to hide or to delete', async (test) => {
      const data = await open(test)
      await sign(data, 1)
      await data.deleteEntry(1, noon)
      for (const id of [1, 2, Number.MAX_SAFE_INTEGER]) {
        assert.equal(await data.hideEntry(id, noon), false)
        assert.equal(await data.hideEntry(id, null), false)
        assert.equal(await data.deleteEntry(id, new Date(noon.getTime() + 1)), false)
      }
    })

    it('finds an entry unless it is hidden, deleted, or was never there', async (test) => {
      const data = await open(test)
      await sign(data, 2)
      assert.equal((await data.findEntry(2))?.name, 'Guest 2')
      await data.hideEntry(2, noon)
      assert.equal(await data.findEntry(2), null)
      await data.hideEntry(2, null)
      assert.deepEqual(await data.findEntry(2), (await data.listEntries(all)).entries[0])
      await data.deleteEntry(2, noon)
      assert.equal(await data.findEntry(2), null)
      assert.equal(await data.findEntry(Number.MAX_SAFE_INTEGER), null)
    })

    it('does not bring a deleted entry back, whatever comes with its key', async (test) => {
      const data = await open(test)
      const first = entry({ idempotencyKey: 'k' })
      for (const hidden of [null, noon]) {
        await data.addEntry({ ...first, idempotencyKey: `${hidden}` }, noon)
        const [{ id } = { id: 0 }] = (await data.listAllEntries(all)).entries
        await data.hideEntry(id, hidden)
        assert.ok(await data.deleteEntry(id, noon))
        for (const other of [{}, { message: 'C' }, { name: '', message: '' }]) {
          const again = data.addEntry({ ...first, idempotencyKey: `${hidden}`, ...other }, noon)
          await assert.rejects(again, EntryDeleted)
        }
        assert.deepEqual((await data.listEntries(all)).entries, [])
        assert.deepEqual((await data.listAllEntries(all)).entries, [])
      }
    })

    it('brings no entry back that is deleted while it is written again', async (test) => {
      const data = await open(test)
      const again = entry()
      const { id } = await data.addEntry(again, noon)
      const writes = times(30).map(() => data.addEntry(again, noon))
      const deleted = data.deleteEntry(id, noon)
      for (const write of await Promise.allSettled(writes)) {
        assert.ok(write.status === 'fulfilled' || write.reason instanceof EntryDeleted)
      }
      assert.ok(await deleted)
      assert.deepEqual((await data.listAllEntries(all)).entries, [])
    })

    it('gives the same entry for the same text with the same key, whatever the text', async (test) => {
      const data = await open(test)
      const text = fc
        .string({ unit: 'grapheme' })
        .map((sent) => readText(sent, { what: 'a text', limit: 1_000 }).text ?? 'A')
      await fc.assert(
        fc.asyncProperty(text, text, fc.uuid(), async (name, message, idempotencyKey) => {
          const stored = await data.addEntry({ name, message, idempotencyKey }, noon)
          assert.deepEqual({ name: stored.name, message: stored.message }, { name, message })
          assert.deepEqual(await data.addEntry({ name, message, idempotencyKey }, noon), stored)
          assert.deepEqual(await data.findEntry(stored.id), stored)
        }),
        { numRuns: 50 },
      )
    })

    it('has another version after each change, and the same until then', async (test) => {
      const data = await open(test)
      const changes: (() => Promise<unknown>)[] = [
        () => data.addEntry(entry(), noon),
        () => data.hideEntry(1, noon),
        () => data.hideEntry(1, null),
        () => data.deleteEntry(1, noon),
        () => data.addEntry(entry({ idempotencyKey: 'old' }), noon),
        () => data.hideEntry(2, new Date(0)),
        () => data.deleteHidden(noon, { limit: 1 }, noon),
      ]
      const versions = [await data.entriesVersion()]
      for (const change of changes) {
        await change()
        versions.push(await data.entriesVersion())
        assert.equal(await data.entriesVersion(), versions.at(-1))
      }
      assert.equal(new Set(versions).size, changes.length + 1)
    })
  })
}
