import { type ProblemCode, ReplicationProblem } from './problem.ts'
import { refusalIn } from './refusals.ts'

type Words = { status: number; text: string }

/** Nobody knows whether the request took effect. */
export class Unanswered extends ReplicationProblem {}

/** What an answer means that is no success. */
export function answerProblem({ status, text }: Words, replicaUrl: string): ReplicationProblem {
  const detail = `${status} ${wordsOf(text)}`
  // https://cloud.google.com/storage/docs/retry-strategy
  if (status === 408 || status >= 500) {
    return new Unanswered('bucket-unreachable', replicaUrl, detail)
  }
  const code = status === 429 ? 'bucket-busy' : (refusalIn(text) ?? codeOf(status))
  const Problem = code === 'bucket-busy' ? Unanswered : ReplicationProblem
  return new Problem(code, replicaUrl, detail)
}

/** What it means that there was no answer. */
export function requestProblem(error: unknown, replicaUrl: string): ReplicationProblem {
  const { message, cause } = error instanceof Error ? error : new Error(String(error))
  if (/load the default credentials|read the credential file/i.test(message)) {
    return new ReplicationProblem('no-credentials', replicaUrl, message)
  }
  // By itself, "fetch failed" tells nothing.
  const detail = cause instanceof Error ? `${message}: ${cause.message}` : message
  return new Unanswered('bucket-unreachable', replicaUrl, detail)
}

/** Tells a 404 of the bucket from one of the object. */
export function isBucketMissing({ status, text }: Words): boolean {
  return status === 404 && /bucket does not exist/i.test(text)
}

function codeOf(status: number): ProblemCode {
  if (status === 401 || status === 403) return 'permission-denied'
  return status === 404 ? 'bucket-missing' : 'bucket-refuses'
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
