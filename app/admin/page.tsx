import type { Metadata } from 'next'
import { z } from 'zod'
import { runtime } from '../../server/runtime.ts'
import { data } from '../data.ts'
import { EntryList } from '../guestbook/entry-list.tsx'
import { SignOut } from '../sign-out/sign-out.tsx'
import { entryId } from './change-entry.ts'
import { Moderation, ModerationButtons } from './moderation.tsx'
import { requireAdmin } from './require-admin.ts'

export const metadata: Metadata = { title: 'Moderation', robots: { index: false } }

const entriesAPage = 20

const query = z.object({
  before: entryId.nullable().default(null).catch(null),
  done: z
    .enum(['blank', 'hidden', 'shown', 'deleted', 'no-entry', 'not-durable', 'not-written'])
    .catch('blank'),
})

/** All entries of the guestbook, for those who may hide and delete them. */
export default async function AdminPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}) {
  const { before, done } = query.parse(await searchParams)
  await requireAdmin(before === null ? '/admin' : `/admin?before=${before}`)
  const page = await (await data()).listAllEntries({ before, limit: entriesAPage })
  return (
    <>
      <h1>Moderation</h1>
      {runtime().admin.access === 'guarded' && <SignOut />}
      <Moderation initial={done}>
        <EntryList page={page} before={before} path="/admin">
          {({ id, hiddenAt }) => (
            <>
              {hiddenAt !== null && <p className="mark">Hidden from everybody but admins</p>}
              <ModerationButtons id={id} before={before} isHidden={hiddenAt !== null} />
            </>
          )}
        </EntryList>
      </Moderation>
    </>
  )
}
