import { z } from 'zod'
import { ReplicationProblem } from './problem.ts'

/** A time in words, as milliseconds since 1970. */
export const time = z.string().transform(Date.parse).pipe(z.number())

/** Of an object, in the headers that come with its content. */
export const stamps = z.object({
  generation: z.string().min(1),
  updatedAt: time,
  storeNow: time,
})

/** @throws {ReplicationProblem} if `parse` throws: the answer is not the bucket's */
export function understand<T>(replicaUrl: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    const words = error instanceof z.ZodError ? z.prettifyError(error) : error
    throw new ReplicationProblem('bucket-garbled', replicaUrl, `not the bucket's answer: ${words}`)
  }
}
