'use server'

import { refresh } from 'next/cache'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { z } from 'zod'
import { type Changing, change, changeEntry, entryId } from './change-entry.ts'
import { isAdmin } from './is-admin.ts'

/** What became of the button that was last pressed. */
export type Moderating =
  | 'blank'
  | 'hidden'
  | 'shown'
  | 'deleted'
  | 'signed-out'
  | Exclude<Changing, 'changed'>

const form = z.object({ id: entryId, change, before: entryId.nullable().catch(null) })
const done = { hide: 'hidden', show: 'shown', delete: 'deleted' } as const

/** Hides, shows or deletes an entry. */
export async function moderate(_: Moderating, sent: FormData): Promise<Moderating> {
  const hasJavaScript = (await headers()).has('next-action')
  if (!(await isAdmin())) {
    if (!hasJavaScript) redirect('/sign-in?to=/admin')
    return 'signed-out'
  }
  const { success, data } = form.safeParse(Object.fromEntries(sent))
  if (!success) return 'no-entry'
  const changing = await changeEntry(data.id, data.change)
  const moderating = changing === 'changed' ? done[data.change] : changing
  // Without JavaScript the answer is a page, and reloading it must not send the form again.
  if (!hasJavaScript) {
    const before = data.before === null ? '' : `before=${data.before}&`
    redirect(`/admin?${before}done=${moderating}`)
  }
  refresh()
  return moderating
}
