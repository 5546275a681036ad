import type { Answer } from './bucket-http.ts'
import { ReplicationProblem } from './problem.ts'

/** An empty object that stays, so that who tries again writes nothing; it is in no list. */
export const proofName = 'writes-are-conditional'

// The ETag of no content at all.
const noTag = '"00000000000000000000000000000000"'

/**
 * Tries whether a store refuses what its condition forbids: there are some that ignore conditions, and two
 * instances would both take the lease.
 *
 * @param put writes the object with the headers
 * @param read asks for it without a condition
 * @throws {ReplicationProblem} `no-conditional-writes`
 */
export async function proveConditions(
  put: (headers: Record<string, string>) => Promise<Answer>,
  read: () => Promise<unknown>,
  replicaUrl: string,
): Promise<void> {
  // Some stores refuse what they don't know: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
  // Where a proxy drops the header, which is signed, the keys seem to be wrong, though they do for a read.
  const ifRefused = (header: string) => async (error: unknown) => {
    if (!(error instanceof ReplicationProblem)) throw error
    const isOfKeys = error.code === 'credentials-refused'
    if (!isOfKeys && error.code !== 'bucket-refuses') throw error
    if (isOfKeys) await read()
    const detail = `${header}: ${error.detail}`
    throw new ReplicationProblem('no-conditional-writes', replicaUrl, detail)
  }
  const tries = async (header: string, value: string) => {
    const { status } = await put({ [header]: value }).catch(ifRefused(header))
    return status
  }
  const refuses = async (header: string, value: string) => {
    const status = await tries(header, value)
    if (status >= 300) return
    throw new ReplicationProblem(
      'no-conditional-writes',
      replicaUrl,
      `it answered ${status} to a write whose condition ${header} was not met`,
    )
  }
  // Where it is there already, this has proved one of the two.
  if ((await tries('if-none-match', '*')) < 300) await refuses('if-none-match', '*')
  await refuses('if-match', noTag)
}
