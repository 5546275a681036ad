import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withPostgres } from '../postgres/test-support.ts'
import { Session } from './session.ts'

const postgres = withPostgres()

describe('The session of a move', () => {
  it('has the server notice soon that this machine is gone, as it holds locks', async () => {
    await using session = await Session.open(await postgres.emptyUrl())
    const shown = async (name: string) =>
      Number((await session.client.query(`show ${name}`)).rows[0][name])
    const [idle, interval, count] = [
      await shown('tcp_keepalives_idle'),
      await shown('tcp_keepalives_interval'),
      await shown('tcp_keepalives_count'),
    ]
    assert.ok(idle > 0 && interval > 0 && idle + interval * count < 60)
  })
})
