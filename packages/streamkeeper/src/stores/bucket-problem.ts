import { type ProblemCode, ReplicationProblem } from './problem.ts'
import { refusalIn } from './refusals.ts'
import { isS3 } from './replica-url.ts'

type Words = { status: number; text: string; headers?: Headers }

/** Nobody knows whether the request took effect. */
export class Unanswered extends ReplicationProblem {}

/** What an answer means that is no success. */
export function answerProblem(
  { status, text, headers }: Words,
  replicaUrl: string,
): ReplicationProblem {
  const location = headers?.get('location')
  const detail = `${status} ${wordsOf(text)}${location ? ` It sends to ${location}.` : ''}`
  const refusal = refusalIn(text)
  // https://cloud.google.com/storage/docs/retry-strategy; 501 of S3 is of what the store can not do.
  const isPassing =
    status === 408 ||
    (status >= 500 && !(status === 501 && isS3(replicaUrl))) ||
    /<Code>RequestTimeout</.test(text)
  if (isPassing && refusal !== 'bucket-busy') {
    return new Unanswered('bucket-unreachable', replicaUrl, detail)
  }
  const code = status === 429 ? 'bucket-busy' : (refusal ?? codeOf(status, text, replicaUrl))
  const Problem = code === 'bucket-busy' ? Unanswered : ReplicationProblem
  return new Problem(code, replicaUrl, detail)
}

/** What it means that there was no answer. */
export function requestProblem(error: unknown, replicaUrl: string): ReplicationProblem {
  const { name, message, cause } = error instanceof Error ? error : new Error(String(error))
  if (
    /load the default credentials|read the credential file|CredentialsProvider/i.test(
      `${name} ${message}`,
    )
  ) {
    return new ReplicationProblem('no-credentials', replicaUrl, message)
  }
  // By itself, "fetch failed" tells nothing.
  const detail = cause instanceof Error ? `${message}: ${cause.message}` : message
  return new Unanswered('bucket-unreachable', replicaUrl, detail)
}

/**
 * Tells a 404 of the object from others: of the bucket, or, in S3, of whatever else there is not, such as
 * the key, or of a server in between. To take one of those for an empty bucket would be to begin anew.
 *
 * @param text none where the answer has no body by its method
 */
export function isOfObject(text: string | null, replicaUrl: string): boolean {
  if (text === null) return true
  if (isS3(replicaUrl)) return /<Code>NoSuch(Key|Upload)</.test(text)
  return !/bucket does not exist/i.test(text)
}

function codeOf(status: number, text: string, replicaUrl: string): ProblemCode {
  if (status === 401 || status === 403) return 'permission-denied'
  // In S3 another region has the bucket, or the store is at another address.
  if (status >= 300 && status < 400) return isS3(replicaUrl) ? 'wrong-region' : 'bucket-garbled'
  if (status !== 404) return 'bucket-refuses'
  if (!isS3(replicaUrl) || text.includes('<Code>NoSuchBucket<')) return 'bucket-missing'
  return text.includes('<Code>') ? 'bucket-refuses' : 'bucket-garbled'
}

function wordsOf(text: string): string {
  const words = messageIn(text) ?? text.replace(/<[^>]*>/g, ' ')
  return words.replace(/\s+/g, ' ').trim().slice(0, 500)
}

function messageIn(text: string): string | undefined {
  try {
    return JSON.parse(text).error?.message
  } catch {
    // The XML API has other words, and proxies have theirs.
    return undefined
  }
}
