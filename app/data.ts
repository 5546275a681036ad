import { connection } from 'next/server'
import type { Data } from '../db/data.ts'
import { requestData } from './request-data.ts'

export { durable } from 'streamkeeper'

/** The functions of `db/` for a page. Waits for a request, as there is no database during the build. */
export async function data(): Promise<Data> {
  await connection()
  return requestData()
}
