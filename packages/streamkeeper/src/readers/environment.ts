import { z } from 'zod'
import { type Environment, readEnvironment } from '../server/environment.ts'
import { readVariables } from '../server/server-environment.ts'

type ReaderEnvironment = Environment & {
  /** Where the service is that writes. */
  writerUrl: URL
}

const schema = z.object({
  WRITER_URL: z
    .string({ error: 'is not set; write where the service is that writes, as in https://HOST' })
    .transform((text, context) => {
      const url = URL.parse(text)
      if (url && /^https?:$/.test(url.protocol) && url.pathname === '/') return url
      context.addIssue('is no URL of a service; write https://HOST or http://HOST:PORT')
      return z.NEVER
    }),
})

/**
 * Reads and checks all that a reader is told from outside.
 *
 * @throws {Error} a line for all that is wrong, each with what to write instead
 */
export function readReaderEnvironment(
  variables: Record<string, string | undefined>,
): ReaderEnvironment {
  const { WRITER_URL } = readVariables(schema, variables)
  return { ...readEnvironment(variables), writerUrl: WRITER_URL }
}
