import type { Metadata } from 'next'
import { connection } from 'next/server'
import { status } from 'streamkeeper'
import { admin } from '../admin/admin.ts'
import { requireAdmin } from '../admin/require-admin.ts'
import { SignOut } from '../sign-out/sign-out.tsx'
import { Facts } from './facts.tsx'
import { Renewal } from './renewal.tsx'
import { Timeline } from './timeline.tsx'

export const metadata: Metadata = { title: 'Status', robots: 'noindex' }

const everySeconds = 5

/** What this instance is doing, for operators. */
export default async function StatusPage() {
  await requireAdmin('/status')
  await connection()
  const { facts, events } = await status()
  return (
    <>
      <h1>Status</h1>
      {admin().access === 'guarded' && <SignOut />}
      <Renewal everySeconds={everySeconds} now={new Date().toISOString()} />
      <Facts facts={facts} />
      <Timeline events={events} />
    </>
  )
}
