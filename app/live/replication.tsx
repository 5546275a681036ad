import { connection } from 'next/server'
import { replicated } from 'streamkeeper'
import { later, replicatedInWords } from './replicated.ts'

// How long a page is kept by the server after it was rendered.
const keptMs = 1_000

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
