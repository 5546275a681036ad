import { connection } from 'next/server'
import { runtime } from '../../packages/streamkeeper/src/server/runtime.ts'
import { later, replicatedInWords } from './replicated.ts'

// How long a page is kept by the server after it was rendered.
const keptMs = 1_000

/** How far what is written has come: for everybody, renewed by `app/client/live.ts`. */
export async function ReplicationLine() {
  await connection()
  const replicated = runtime().replicated()
  return (
    <p className="replication" data-state={replicated.state} data-role={replicated.role}>
      {replicatedInWords(later(replicated, keptMs))}
    </p>
  )
}
