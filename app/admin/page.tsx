import type { Metadata } from 'next'
import { data } from '../data.ts'
import { beforeOf, type PageProps } from '../entry-id.ts'
import { flashed } from '../forms/flashed.ts'
import { FormOnPage } from '../forms/form.tsx'
import { signOutForm } from '../forms/forms.ts'
import { EntryList } from '../guestbook/entry-list.tsx'
import { admin } from './admin.ts'
import { changed, pageBelow } from './change.ts'
import { requireAdmin } from './is-admin.ts'
import { ModerationButtons } from './moderation.tsx'

export const metadata: Metadata = { title: 'Moderation', robots: { index: false } }

const entriesAPage = 20

/** All entries of the guestbook, for those who may hide and delete them. */
export default async function AdminPage(props: PageProps) {
  const before = await beforeOf(props)
  await requireAdmin(pageBelow(before))
  const page = await (await data()).listAllEntries({ before, limit: entriesAPage })
  const last = await flashed('changed', changed)
  const isGone = last?.state === 'deleted' && page.entries.every(({ id }) => id !== last.id)
  return (
    <>
      <h1 tabIndex={-1}>Moderation</h1>
      {admin().access === 'guarded' && <FormOnPage form={signOutForm} />}
      {isGone && (
        <p role="status" className="outcome" data-state="done">
          {last.said}
        </p>
      )}
      <EntryList page={page} before={before} path="/admin">
        {({ id, hiddenAt }) => {
          const state = hiddenAt === null ? 'shown' : 'hidden'
          const done = last?.id === id && last.state === state ? last.said : ''
          return <ModerationButtons id={id} before={before} state={state} done={done} />
        }}
      </EntryList>
    </>
  )
}
