import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { Lease } from '../lease/lease.ts'
import { leaseName } from '../lease/lease-object.ts'
import { Litestream, LitestreamBusy } from '../litestream/litestream.ts'
import { ltxName } from '../litestream/ltx/format.ts'
import { temporaryFolder } from '../litestream/test-support.ts'
import { epochName } from '../stores/epochs.ts'
import { ReplicationProblem } from '../stores/problem.ts'
import { MemoryStore } from '../test-tools/memory-store.ts'
import { Events } from './events.ts'
import { Leadership } from './leadership.ts'
import { type State, StateMachine, transitions } from './leadership-states.ts'
import { Lifecycle } from './lifecycle.ts'
import type { LocalDatabase } from './local-database.ts'

const names = Object.keys(transitions) as State['name'][]
const inTable = Object.entries(transitions).flatMap(([from, all]) =>
  all.map((to: string) => `${from} → ${to}`),
)

describe('The state of a leadership', () => {
  for (const from of names) {
    for (const to of names) {
      const isAllowed = inTable.includes(`${from} → ${to}`)
      it(`${isAllowed ? 'goes' : 'never goes'} from ${from} to ${to}`, () => {
        const [first, next] = [{ name: from }, { name: to }] as State[]
        assert.ok(first && next)
        const machine = new StateMachine(first)
        const enter = () => machine.enter(first, next as never)
        if (isAllowed) enter()
        else assert.throws(enter, /No transition/)
        assert.equal(machine.state, isAllowed ? next : first)
      })
    }
  }

  it('is changed by nobody who goes on from an earlier one', () => {
    const following = { name: 'following' } as State & { name: 'following' }
    const machine = new StateMachine(following)
    machine.enter(following, { name: 'acquiring', done: Promise.resolve() })
    assert.throws(() => machine.enter(following, { name: 'ended' }), /No transition/)
  })
})

const timing = {
  ...{ pollMs: 1, idlePollMs: 1, waitMs: 1, patienceMs: 5, minimumHoldMs: 0, yieldMs: 1 },
  ...{ retentionMs: 1e9, closeMs: 5, pauseMs: 1 },
}
const leaseTiming = { ttlMs: 15, renewMs: 4, storeClockMs: 1 }

/** An instance whose bucket, Litestream and file fail when they are told to. */
function unreliable(test: TestContext) {
  const base = 'gs://b'
  const path = join(temporaryFolder(test), 'app.db')
  writeFileSync(path, 'a file')
  const failing = { bucket: false, litestream: false, file: false }
  const away = new ReplicationProblem('bucket-unreachable', base, 'no')
  const store = new MemoryStore()
  const { read, write } = store
  store.read = async (...given) => {
    await sleep(1)
    if (failing.bucket) throw away
    return read.apply(store, given)
  }
  store.write = async (...given) => {
    await sleep(1)
    if (failing.bucket) throw away
    return write.apply(store, given)
  }
  let epoch = 0
  const litestream: Litestream = Object.assign(new Litestream('none'), {
    info: async () => ({ version: 'v0.5.0' }),
    register: async (_: string, url: string) => {
      epoch = Number(url.slice(-8))
    },
    unregister: async () => {
      await sleep(1)
      if (failing.litestream) throw new LitestreamBusy(path)
    },
    sync: async () => {
      await sleep(0)
      if (failing.bucket) throw new DOMException('', 'TimeoutError')
      store.put(`${epochName(epoch)}/ltx/0/${ltxName(1)}`, Buffer.from('changes'))
      return { txid: 1, replicatedTxid: 1 }
    },
  })
  const restore = async () => {
    await sleep(1)
    if (failing.file) throw new ReplicationProblem('replica-damaged', base, 'no')
    return { from: 'this-disk' }
  }
  const database = {
    ...{ path, current: null, begunWith: null, ageMs: 60_000, tookMs: 0, restore },
    ...{ stateIn: () => null, isNewest: () => false, refresh: restore },
    ...{ lead: () => {}, stopWriting: () => {}, follow: () => {}, confirm: () => {} },
  } as unknown as LocalDatabase
  const me = (id: string) => ({ id, service: 's', revision: id, instance: id })
  const lease = new Lease(store, base, me('a'), { timing: leaseTiming })
  const other = new Lease(store, base, me('b'), { timing: leaseTiming })
  const leadership = new Leadership({
    ...{ lease, store, litestream, database, base, timing, lifecycle: new Lifecycle() },
    ...{ events: new Events('a'), onSync: () => {}, onGone: () => {} },
  })
  return { store, failing, other, leadership }
}

describe('An instance to which anything happens at any time', () => {
  const happenings = [
    ...['lead', 'write', 'refresh', 'wait', 'another wants it', 'another takes it'],
    ...['bucket', 'litestream', 'file', 'two lead', 'job', 'end'],
  ] as const

  const waits = Array.from({ length: 4 }, () => 'wait' as const)

  async function live(test: TestContext, history: readonly (typeof happenings)[number][]) {
    const { store, failing, other, leadership } = unreliable(test)
    const asked: Promise<unknown>[] = []
    const settle = (work: Promise<unknown>) => {
      asked.push(
        work.catch((error) => assert.ok(error instanceof ReplicationProblem, String(error))),
      )
    }
    for (const what of history) {
      switch (what) {
        case 'lead':
          settle(leadership.lead())
          break
        case 'two lead':
          settle(leadership.lead())
          settle(leadership.lead())
          break
        case 'write':
          leadership.admit(Promise.resolve(), () => settle(leadership.durable()))
          break
        case 'refresh':
          leadership.refreshInBackground()
          break
        case 'another wants it':
          settle(other.requestHandover())
          break
        case 'another takes it':
          store.put(leaseName, Buffer.from(await takenBy(store, 'b')))
          break
        case 'bucket':
        case 'litestream':
        case 'file':
          failing[what] = !failing[what]
          break
        case 'job':
          leadership.whileLeading((signal) => sleep(5, undefined, { signal }))
          break
        case 'end':
          settle(leadership.end())
          break
        case 'wait':
          await sleep(5)
      }
      await sleep(1)
    }
    Object.assign(failing, { bucket: false, litestream: false, file: false })
    await leadership.end()
    await Promise.all(asked)
  }

  it('takes every transition of the table, and no other', { timeout: 60_000 }, async (test) => {
    const tried = new Set<string>()
    const { enter } = StateMachine.prototype
    test.mock.method(StateMachine.prototype, 'enter', function (this: StateMachine, from, next) {
      tried.add(`${this.state === from ? from.name : 'another state'} → ${next.name}`)
      return enter.call(this, from, next as never)
    } as typeof enter)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...happenings), { minLength: 10, maxLength: 40 }),
        (history) => live(test, history),
      ),
      {
        numRuns: 60,
        examples: [
          [['bucket', 'lead', 'wait', 'bucket', 'lead', 'wait', 'another wants it', 'wait']],
          [['lead', 'wait', 'wait', 'bucket', ...waits, 'another takes it', 'bucket', 'two lead']],
          [['lead', 'wait', 'wait', 'litestream', 'another takes it', 'wait', 'wait', 'wait']],
        ],
      },
    )
    assert.deepEqual([...tried].toSorted(), inTable.toSorted())
  })
})

async function takenBy(store: MemoryStore, id: string): Promise<string> {
  const first = { version: 1, service: 's', holder: null, epoch: 0, restorable: 0, ttlMs: 1 }
  const found = JSON.parse((await store.read(leaseName).catch(() => null))?.body ?? 'null') ?? first
  const holder = { id, revision: id, instance: id }
  return JSON.stringify({ ...found, holder, epoch: found.epoch + 1, ttlMs: 1, token: 'taken' })
}
