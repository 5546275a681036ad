import type { Metadata } from 'next'
import { z } from 'zod'
import { data } from '../data.ts'
import { entryId } from '../digits.ts'
import { EntryList } from '../guestbook/entry-list.tsx'
import { SignOut } from '../sign-out/sign-out.tsx'
import { admin } from './admin.ts'
import { justChanged } from './just-changed.ts'
import { ModerationButtons } from './moderation.tsx'
import { requireAdmin } from './require-admin.ts'

export const metadata: Metadata = { title: 'Moderation', robots: { index: false } }

const entriesAPage = 20

const query = z.object({ before: entryId.nullable().default(null).catch(null) })

/** All entries of the guestbook, for those who may hide and delete them. */
export default async function AdminPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}) {
  const { before } = query.parse(await searchParams)
  await requireAdmin(before === null ? '/admin' : `/admin?before=${before}`)
  const page = await (await data()).listAllEntries({ before, limit: entriesAPage })
  const changed = await justChanged()
  const isGone = changed?.state === 'deleted' && page.entries.every(({ id }) => id !== changed.id)
  return (
    <>
      <h1 tabIndex={-1}>Moderation</h1>
      {admin().access === 'guarded' && <SignOut />}
      {isGone && (
        <p role="status" className="outcome" data-state="done">
          {changed.said}
        </p>
      )}
      <EntryList page={page} before={before} path="/admin">
        {({ id, hiddenAt }) => {
          const isHidden = hiddenAt !== null
          const isSo = changed?.id === id && changed.state === (isHidden ? 'hidden' : 'shown')
          const done = isSo ? changed.said : undefined
          return <ModerationButtons id={id} before={before} isHidden={isHidden} done={done} />
        }}
      </EntryList>
    </>
  )
}
