import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { dataIn } from '../data.ts'
import { openDatabase, temporaryPath } from '../test-support.ts'
import { dataIn as dataInPostgres } from './data.ts'
import { withPostgres } from './test-support.ts'

const root = join(import.meta.dirname, '../..')
const now = new Date('2026-01-02T12:00:00Z')
const all = { before: null, limit: 100 }

function streamkeeper(...args: string[]): void {
  const program = join(root, 'packages/streamkeeper/src/cli/streamkeeper.mjs')
  const stdio = ['ignore', 'ignore', 'inherit'] as const
  execFileSync(process.execPath, [program, ...args], { cwd: root, stdio: [...stdio] })
}

describe('The guestbook and its visits, moved', { timeout: 240_000 }, () => {
  const postgres = withPostgres()

  it('are the same on PostgreSQL and back, and go on on either', async (test) => {
    const path = temporaryPath(test)
    const folder = dirname(path)
    mkdirSync(join(folder, 'bucket'))
    const url = `file://${join(folder, 'bucket')}`
    const database = openDatabase(path)
    const before = dataIn((call) => call(database))
    const entry = (key: string) => ({
      name: 'Ada',
      message: `Zeile 1\n${key} 🙂`,
      idempotencyKey: key,
    })
    for (const key of ['shown', 'hidden', 'deleted']) await before.addEntry(entry(key), now)
    await before.hideEntry(2, now)
    await before.deleteEntry(3, now)
    for (let times = 0; times < 5; times++) await before.recordVisits(1, now)
    const [entries, visits] = [await before.listAllEntries(all), await before.countVisits(now)]
    database.$client.close()

    streamkeeper('seed', '--from', path, '--url', url)
    const target = await postgres.emptyUrl()
    streamkeeper('move', '--from', url, '--to', target)
    const there = dataInPostgres(await postgres.open(test, target))
    assert.deepEqual(await there.listAllEntries(all), entries)
    assert.deepEqual(await there.countVisits(now), visits)
    assert.equal((await there.addEntry(entry('shown'), now)).id, 1)
    assert.equal((await there.addEntry(entry('there'), now)).id, 5)
    assert.equal((await there.recordVisits(1, now)).total, 6)

    const work = ['--work', join(folder, 'work')]
    const back = ['--from', target, '--to', url, '--switch', '--stopped', '--replace']
    streamkeeper('move', ...back, ...work)
    const restored = join(folder, 'restored.db')
    streamkeeper('restore', '--to', restored, '--url', url)
    const again = openDatabase(restored)
    test.after(() => again.$client.close())
    const here = dataIn((call) => call(again))
    assert.deepEqual(await here.listAllEntries(all), await there.listAllEntries(all))
    assert.equal((await here.recordVisits(1, now)).total, 7)
    const version = await here.entriesVersion()
    await here.addEntry(entry('here'), now)
    assert.notEqual(await here.entriesVersion(), version)
  })
})
