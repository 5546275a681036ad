import type { Metadata } from 'next'
import { z } from 'zod'
import { entryId } from '../digits.ts'
import { Guestbook } from './guestbook.tsx'

export const metadata: Metadata = { title: 'Guestbook' }

const query = z.object({ before: entryId.nullable().default(null).catch(null) })

/** The guestbook by itself, from any entry on; being here is no visit. */
export default async function GuestbookPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}) {
  const { before } = query.parse(await searchParams)
  return <Guestbook heading="h1" before={before} />
}
