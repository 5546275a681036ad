import { connection } from 'next/server'
import type { Database } from '../db/open.ts'
import { runtime } from '../server/runtime.ts'

/** The database, for pages and actions. Waits for a request, as there is none during the build. */
export async function database(): Promise<Database> {
  await connection()
  return runtime().database()
}
