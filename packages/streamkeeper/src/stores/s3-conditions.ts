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
 * @throws {ReplicationProblem} `no-conditional-writes`
 */
export async function proveConditions(
  put: (headers: Record<string, string>) => Promise<Answer>,
  replicaUrl: string,
): Promise<void> {
  const tries = async (header: string, value: string) => {
    const { status } = await put({ [header]: value }).catch(ifRefused(replicaUrl, header))
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

// Some stores refuse what they don't know: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
function ifRefused(replicaUrl: string, header: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof ReplicationProblem && error.code === 'bucket-refuses') {
      const detail = `${header}: ${error.detail}`
      throw new ReplicationProblem('no-conditional-writes', replicaUrl, detail)
    }
    throw error
  }
}
