import { releaseId } from '../../server/release-name.ts'
import { runtime } from '../../server/runtime.ts'
import { counts } from './counts.ts'
import type { Live } from './live.ts'
import { replicatedInWords } from './replicated.ts'

/** What is new, for pages that are open: from memory, as often as anybody asks. */
export async function GET(): Promise<Response> {
  const counted = await counts()
  const replicated = runtime().replicated()
  const live: Live = {
    ...counted,
    replication: { ...replicated, words: replicatedInWords(replicated) },
    release: releaseId(),
  }
  return Response.json(live, { headers: { 'cache-control': 'no-store' } })
}
