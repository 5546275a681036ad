import { beganInWords } from './begin-epoch.ts'
import { duration, plural, size } from './in-words.ts'
import { releaseInWords } from './release-name.ts'
import type { Status } from './status.ts'

export type Fact = { name: string; value: string; isProblem?: boolean }

/** What operators want to know first, in words. */
export function factsOf(status: Status): Fact[] {
  const { state, epoch, problem, instance, upMs, restoreMs, databaseBytes, walBytes, setAside } =
    status
  const { revision, instance: host } = instance
  return [
    { name: 'State', value: epoch === null ? state : `${state}, epoch ${epoch}` },
    ...problems('Problem', problem),
    { name: 'This instance', value: `${revision} ${host}, up for ${duration(upMs)}` },
    { name: 'Release', value: releaseInWords() },
    { name: 'Lease', value: leaseInWords(status) },
    ...replicationInWords(status),
    ...(databaseBytes === 0 ? [noDatabase] : fileInWords(restoreMs, databaseBytes, walBytes)),
    ...setAside.map(({ path, bytes }) => ({
      name: 'Set aside',
      value: `${path}, ${size(bytes)}: it may hold writes that were not acknowledged. Look at it, and delete it`,
    })),
  ]
}

const noDatabase = {
  name: 'Database',
  value: 'there is none yet: the first request that writes makes it',
}

function fileInWords(restoreMs: number, databaseBytes: number, walBytes: number): Fact[] {
  const value = `${size(databaseBytes)}, and ${size(walBytes)} of write-ahead log`
  return [
    { name: 'Last restore', value: duration(restoreMs) },
    { name: 'Database', value },
  ]
}

function leaseInWords({ lease, instance }: Status): string {
  if ('code' in lease) return lease.message
  const { holder, epoch, restorable, wantedBy } = lease
  const held = holder && `${holder.revision} ${holder.instance}`
  const by = holder?.id === instance.id ? 'this instance' : (held ?? 'nobody holds it')
  const asked = wantedBy ? ', and another instance asks for it' : ''
  if (epoch === 0) return `${by}${asked}; there is no epoch yet`
  const from = restorable === 0 ? 'none complete yet' : `a restore takes epoch ${restorable}`
  return `${by}${asked}; last epoch ${epoch}, ${from}`
}

function replicationInWords({ replication, copyAgeMs, databaseBytes }: Status): Fact[] {
  if (!replication && databaseBytes === 0) return []
  if (!replication) return [{ name: 'This copy', value: `at most ${duration(copyAgeMs)} old` }]
  const { beginning, txid, replicatedTxid, lagMs, waiting, lastDurableAt, problem } = replication
  const missing = Math.max(0, (txid ?? 0) - (replicatedTxid ?? 0))
  const lag =
    lagMs === null
      ? 'not known'
      : missing === 0
        ? `the bucket has everything up to transaction ${txid}`
        : `the bucket lacks ${missing} of ${txid} transactions, for ${duration(lagMs)} at most`
  const wait = waiting > 0 ? `; it is waited for by ${waiting} ${plural(waiting, 'writer')}` : ''
  const at = lastDurableAt?.toISOString().slice(0, 19).replace('T', ' ')
  return [
    ...(beginning ? [{ name: 'Epoch', value: beganInWords(beginning) }] : []),
    { name: 'Replication', value: `${lag}${wait}` },
    ...problems('Problem of the bucket', problem),
    { name: 'Last acknowledgement', value: at ? `${at} UTC` : 'none yet' },
  ]
}

function problems(name: string, problem: Status['problem']): Fact[] {
  return problem ? [{ name, value: problem.message, isProblem: true }] : []
}
