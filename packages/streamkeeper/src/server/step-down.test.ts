import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { LitestreamBusy } from '../litestream/litestream.ts'
import type { Replication } from '../litestream/replication.ts'
import type { LeadershipMeans, Term } from './leadership-states.ts'
import { closeFile, handOver } from './step-down.ts'

const nothing = async () => {}
const fail = () => Promise.reject(new Error('no'))

/** A leadership whose steps are told how they end, and what was done of it. */
function leading(replication: Partial<Replication>, lease: Partial<LeadershipMeans['lease']>) {
  const done: string[] = []
  const means = {
    ...{ base: 'gs://b', timing: { closeMs: 1 } },
    database: {
      stopWriting: () => done.push('stopped writing'),
      confirm: () => done.push('is the newest'),
    },
    lease: { release: async () => '7', read: fail, ...lease },
    record: () => {},
  } as unknown as LeadershipMeans
  const term = {
    writers: new Set(),
    replication: { stop: nothing, close: nothing, ...replication },
  } as unknown as Term
  return { done, means, term, handOver: () => handOver(means, term, 'it is over', 'asked') }
}

describe('A leadership that is handed over', () => {
  it('leaves the file as what the lease was released with', async () => {
    const { done, handOver } = leading({}, {})
    assert.deepEqual(await handOver(), { generation: '7', problem: null })
    assert.deepEqual(done, ['stopped writing', 'is the newest'])
  })

  it('does not call the file a copy of the bucket where the last writes did not get there', async () => {
    const { done, handOver } = leading({ stop: fail }, {})
    assert.equal((await handOver()).generation, null)
    assert.deepEqual(done, ['stopped writing'])
  })

  it('has the lease run out where it can not be released', async () => {
    const { handOver } = leading({}, { release: fail })
    assert.deepEqual(await handOver(), { generation: null, problem: null })
  })

  it('is released where Litestream has not closed the file in time', async () => {
    const { handOver } = leading({ close: fail }, {})
    assert.equal((await handOver()).generation, '7')
  })
})

describe('A file that Litestream has not closed', () => {
  const busy = new LitestreamBusy('/data/app.db')

  it('is waited for while the bucket is away, which Litestream waits for', async () => {
    let tries = 0
    const close = async () => {
      if (++tries < 3) throw busy
    }
    const { means, term } = leading({ close }, {})
    await closeFile(means, term.replication)
    assert.equal(tries, 3)
  })

  it('is given up once the bucket answers', async () => {
    const close = () => Promise.reject(busy)
    const read = async () => ({}) as Awaited<ReturnType<LeadershipMeans['lease']['read']>>
    const { means, term } = leading({ close }, { read })
    await assert.rejects(closeFile(means, term.replication), LitestreamBusy)
  })
})
