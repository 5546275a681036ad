import Link from 'next/link'
import type { Entry, EntryPage } from '../../db/entries.ts'

const time = new Intl.DateTimeFormat('en-GB', {
  dateStyle: 'long',
  timeStyle: 'short',
  timeZone: 'UTC',
})

export function EntryList({ page, before }: { page: EntryPage; before: number | null }) {
  const { entries, older } = page
  if (entries.length === 0) {
    return <p className="quiet">{before === null ? 'Nobody has signed yet.' : 'Nothing older.'}</p>
  }
  return (
    <>
      <ol className="entries">
        {entries.map((entry) => (
          <Signed key={entry.id} entry={entry} />
        ))}
      </ol>
      <nav className="pages" aria-label="Pages of the guestbook">
        {before !== null && (
          <Link href="/guestbook" prefetch={false}>
            ← Newest entries
          </Link>
        )}
        {older !== null && (
          <Link href={`/guestbook?before=${older}`} prefetch={false} rel="next">
            Older entries →
          </Link>
        )}
      </nav>
    </>
  )
}

function Signed({ entry }: { entry: Entry }) {
  return (
    <li id={`entry-${entry.id}`}>
      <p dir="auto">{entry.message}</p>
      <footer>
        <b dir="auto">{entry.name}</b>
        <time dateTime={entry.createdAt}>{time.format(new Date(entry.createdAt))} UTC</time>
      </footer>
    </li>
  )
}
