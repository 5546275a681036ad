import Link from 'next/link'
import type { ReactNode } from 'react'
import type { Entry, EntryPage } from '../../db/entries.ts'
import { timeInWords } from '../format.ts'
import { isLong } from './words.ts'

/**
 * @param path of the page that shows the list
 * @param children what is to be shown below an entry
 */
export function EntryList<E extends Entry>({
  page,
  before,
  path,
  children,
}: {
  page: EntryPage<E>
  before: number | null
  path: string
  children?: (entry: E) => ReactNode
}) {
  const { entries, older } = page
  if (entries.length === 0) {
    return <p className="quiet">{before === null ? 'Nobody has signed yet.' : 'Nothing older.'}</p>
  }
  return (
    <>
      <ol className="entries">
        {entries.map((entry) => (
          <Signed key={entry.id} entry={entry}>
            {children?.(entry)}
          </Signed>
        ))}
      </ol>
      <nav className="pages" aria-label="Pages of the guestbook">
        {before !== null && (
          <Link href={path} prefetch={false}>
            ← Newest entries
          </Link>
        )}
        {older !== null && (
          <Link href={`${path}?before=${older}`} prefetch={false} rel="next">
            Older entries →
          </Link>
        )}
      </nav>
    </>
  )
}

function Signed({ entry, children }: { entry: Entry; children: ReactNode }) {
  const { id, name, message, createdAt } = entry
  return (
    <li id={`entry-${id}`}>
      <header>
        <b dir="auto">{name}</b>
        <time dateTime={createdAt} data-relative>
          {timeInWords(createdAt)}
        </time>
      </header>
      <p className="message" dir="auto">
        {message}
      </p>
      {isLong(message) && <Fold />}
      {children}
    </li>
  )
}

/** Shows and hides what is folded of the message before it; screen readers read all of it anyway. */
function Fold() {
  return (
    <details className="fold">
      <summary>
        <span className="more">Show the whole message</span>
        <span className="less">Show less</span>
      </summary>
    </details>
  )
}
