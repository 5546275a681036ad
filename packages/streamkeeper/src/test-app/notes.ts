import type { Database } from '../sqlite/open.ts'

/** Writes a note, and returns how many there are with it. */
export function addNote({ $client }: Pick<Database, '$client'>, text = 'A note'): number {
  $client.prepare('insert into notes (text) values (?)').run(text)
  return countNotes({ $client })
}

/** How many notes there are, as the triggers count them. */
export function countNotes({ $client }: Pick<Database, '$client'>): number {
  return $client.prepare('select total from note_count').pluck().get() as number
}
