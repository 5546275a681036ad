import { connection } from 'next/server'
import type { Data } from '../db/data.ts'
import { runtime } from '../packages/streamkeeper/src/server/runtime.ts'

/**
 * Resolves once all that was committed before the call is in the bucket: only then may anybody be
 * told that it is kept.
 *
 * @throws {Error} if that can't be promised; it is written here, and may reach the bucket later
 */
export function durable(): Promise<void> {
  return runtime().durable()
}

/**
 * The functions of `db/`, on the database as it is when they are called. Waits for a request, as
 * there is no database during the build.
 */
export async function data(): Promise<Data> {
  await connection()
  return runtime().data
}
