import { connection } from 'next/server'
import type { Database } from '../db/open.ts'
import { runtime } from '../server/runtime.ts'

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
 * The database, for pages and actions. Ask for it where it is used, as in
 * `countVisits(await database())`: another copy may take its place at the next `await`. Waits for a
 * request, as there is none during the build.
 *
 * @throws {Error} while there is none
 */
export async function database(): Promise<Database> {
  await connection()
  return runtime().database()
}
