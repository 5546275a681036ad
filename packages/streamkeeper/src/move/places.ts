import { Client } from 'pg'
import { z } from 'zod'
import { parseReplicaUrl, type ReplicaUrl } from '../stores/replica-url.ts'

/** Where data can be: below a URL in a bucket, or in a PostgreSQL database. */
export type Place = { bucket: ReplicaUrl } | { database: string }

/** Reads the value of --from or --to. What is wrong is said without it: it has a password. */
export const place = z.string().transform((text, context): Place => {
  const url = (text === 'postgres' ? (process.env.DATABASE_URL ?? '') : text).trim()
  if (text === 'postgres' && url === '') return fail(context, 'postgres needs DATABASE_URL')
  try {
    if (!/^postgres(ql)?:/.test(url)) return { bucket: parseReplicaUrl(url) }
    if (url.includes('://') && new Client(url).database) return { database: url }
  } catch {
    // Not even a URL.
  }
  return fail(
    context,
    'is neither postgres://USER:PASSWORD@HOST:PORT/DATABASE nor gs://BUCKET/PATH nor file:///PATH',
  )
})

function fail(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}
