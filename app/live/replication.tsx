import { connection } from 'next/server'
import { type Replicated, replicated } from 'streamkeeper'
import { numberInWords } from '../format.ts'
import { later, replicatedInWords } from './replicated.ts'

// How long a page is kept by the server after it was rendered.
const keptMs = 1_000

const roles: Record<Replicated['role'], string> = {
  writer: 'It leads: it takes what is written, and Litestream brings it to the bucket',
  follower: 'It follows: it reads a copy, and leads when somebody next writes to it',
  reader: 'It only reads a copy, and hands on what is written',
  postgres: 'It has its data on a PostgreSQL server, without Litestream and the lease',
}

/** What this instance tells everybody of itself, as rows of a `<dl>`. */
export async function LiveFacts() {
  await connection()
  const state = replicated()
  const { role, epoch, txid } = state
  const rows = [
    ['This instance', roles[role]],
    ['Now', replicatedInWords({ ...later(state, keptMs), epoch: null, txid: null })],
    ['Epoch', epoch === null ? null : numberInWords(epoch)],
    ['Transaction', txid === null ? null : numberInWords(txid)],
  ]
  return rows.map(
    ([name, value]) =>
      value && (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ),
  )
}

/** How far what is written has come: for everybody, renewed by `app/client/live.ts`. */
export async function ReplicationLine() {
  await connection()
  const now = replicated()
  return (
    <p className="replication" data-state={now.state} data-role={now.role}>
      {replicatedInWords(later(now, keptMs))}
    </p>
  )
}
