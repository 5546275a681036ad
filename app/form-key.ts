import { randomUUID } from 'node:crypto'
import { headers } from 'next/headers'
import { told } from './told.ts'

/** An idempotency key for the form in this answer. */
export async function formKey(): Promise<string> {
  return (await headers()).get(told.formKey) ?? randomUUID()
}
