import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { addEntry, deleteEntry, entriesVersion, KeyReused } from './entries.ts'
import { temporaryDatabase } from './test-support.ts'

describe('The guestbook', () => {
  it('has another version after a change by other hands', async (test) => {
    const database = temporaryDatabase(test)
    await addEntry(database, { name: 'A', message: 'B', idempotencyKey: 'k' }, new Date())
    const before = await entriesVersion(database)
    database.$client.exec('delete from entries')
    assert.notEqual(await entriesVersion(database), before)
  })

  it('leaves nothing of what a deleted entry said in the file', async (test) => {
    const database = temporaryDatabase(test)
    const secrets = ['short secret', 'long secret '.repeat(1_000)]
    for (const message of secrets) {
      const entry = { name: 'Secret name', message, idempotencyKey: crypto.randomUUID() }
      const { id } = await addEntry(database, entry, new Date())
      await addEntry(
        database,
        { ...entry, name: 'A', message: 'B', idempotencyKey: `k${id}` },
        new Date(),
      )
      await deleteEntry(database, id, new Date())
    }
    database.$client.pragma('wal_checkpoint(TRUNCATE)')
    const bytes = readFileSync(database.$client.name, 'latin1')
    assert.doesNotMatch(bytes, /secret/i)
  })

  it('tells pages that a key was reused, though they have a copy of its code', async () => {
    const copy: typeof import('./entries.ts') = await import(`./entries.ts?${'copy'}`)
    assert.notEqual(copy.KeyReused, KeyReused)
    const entry = { id: 1, name: 'A', message: 'B', createdAt: '' }
    assert.deepEqual(copy.keptWithKey(new KeyReused(entry)), entry)
    assert.equal(copy.keptWithKey(new Error()), null)
  })
})
