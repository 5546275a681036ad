import { z } from 'zod'

/** What the running app shows to everybody. */
export type Shown = {
  visits: number
  newest: { id: number; name: string; message: string } | null
}

const entry = z.object({ id: z.number(), name: z.string(), message: z.string() })
const page = z.object({ entries: z.array(entry) })
const counted = z.object({ visits: z.number() })

/**
 * Asks the app at `app`, such as `https://visits.example`, what it shows.
 *
 * @throws {Error} if it doesn't answer as it should
 */
export async function askApp(app: string, signal: AbortSignal): Promise<Shown> {
  const { entries } = await ask(`${app}/api/entries?limit=1`, page, signal)
  const { visits } = await ask(`${app}/api/visits`, counted, signal)
  return { visits, newest: entries[0] ?? null }
}

async function ask<T>(url: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
  // The app itself lets a request wait for 30 s while it starts.
  const patience = AbortSignal.any([signal, AbortSignal.timeout(45_000)])
  const fail = (reason: string) => new Error(`${url} ${reason}. Is the app running there?`)
  try {
    const response = await fetch(url, { signal: patience })
    if (!response.ok) throw fail(`answers with ${response.status}`)
    return schema.parse(await response.json())
  } catch (error) {
    if (error instanceof z.ZodError) throw fail('does not answer like this app')
    if (error instanceof TypeError) throw fail(`can't be reached (${reasonOf(error)})`)
    if (error instanceof SyntaxError) throw fail('does not answer with JSON')
    throw patience.aborted && !signal.aborted ? fail('does not answer within 45 s') : error
  }
}

// By itself, "fetch failed" tells nothing.
function reasonOf({ message, cause }: TypeError): string {
  return cause instanceof Error ? cause.message || String(cause) : message
}
