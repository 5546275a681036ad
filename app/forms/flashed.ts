import { cookies } from 'next/headers'
import type { z } from 'zod'
import type { Flash } from './flash.ts'

/** What became of a form that who asks for this page has just sent; null if there was none. */
export async function flashed<T>(name: Flash, values: z.ZodType<T>): Promise<T | null> {
  const cookie = (await cookies()).get(name)?.value ?? ''
  return values.safeParse(cookie.split('.')).data ?? null
}
