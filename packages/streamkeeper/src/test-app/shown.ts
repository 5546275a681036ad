import type { Shown } from '../config.ts'
import { countNotes } from './notes.ts'

/** Asks the app at `app` what it shows: how many notes there are, and the newest of them. */
export async function shown(app: string, signal: AbortSignal): Promise<Shown> {
  const url = `${app}/api/notes`
  const response = await fetch(url, { signal }).catch((error) => {
    throw new Error(`${url} can't be reached`, { cause: error })
  })
  if (!response.ok) throw new Error(`${url} answers with ${response.status}`)
  const { total, newest } = (await response.json()) as { total: number; newest: string }
  return {
    words: `"${newest}" and at least ${total} notes`,
    facts: { total, newest },
    missingFrom(copy) {
      const isThere = copy.prepare('select 1 from notes where text = ?').get(newest)
      const missing = total - countNotes({ $client: copy })
      return [
        ...(isThere ? [] : [`"${newest}"`]),
        ...(missing > 0 ? [`${missing} of ${total} notes`] : []),
      ]
    },
  }
}
