import { z } from 'zod'
import { time } from './answers.ts'
import type { Listed } from './store.ts'

export const inserted = z.object({ generation: z.string() })

// What lacks `done` was not said by Cloud Storage.
export const rewritten = z
  .object({ done: z.literal(true) })
  .or(z.object({ done: z.literal(false), rewriteToken: z.string() }))

// Litestream notes the time of a change beside it: the object's own is that of its upload. `updated` is
// another where a lifecycle rule, or a person, has changed its storage class or metadata since.
const listed = z
  .object({
    name: z.string(),
    size: z.coerce.number(),
    timeCreated: time,
    crc32c: z.string().nullable().default(null),
    metadata: z.object({ 'litestream-timestamp': time.optional() }).optional(),
  })
  .transform(({ name, size, timeCreated, crc32c, metadata }): Listed => {
    const at = metadata?.['litestream-timestamp'] ?? timeCreated
    return { name, size, at, checksum: crc32c }
  })

export const page = z.object({
  // An empty list has it too: what lacks it was not said by Cloud Storage.
  kind: z.literal('storage#objects'),
  items: z.array(listed).default([]),
  nextPageToken: z.string().optional(),
})
