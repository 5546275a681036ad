import type { Metadata } from 'next'
import { beforeOf, type PageProps } from '../entry-id.ts'
import { Guestbook } from './guestbook.tsx'

export const metadata: Metadata = { title: 'Guestbook' }

/** The guestbook by itself, from any entry on; being here is no visit. */
export default async function GuestbookPage(props: PageProps) {
  return <Guestbook heading="h1" before={await beforeOf(props)} />
}
