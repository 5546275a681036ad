import type { Metadata } from 'next'
import { connection } from 'next/server'
import { runtime } from '../../packages/streamkeeper/src/server/runtime.ts'
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
  const { facts, events } = await runtime().status()
  return (
    <>
      <h1>Status</h1>
      {runtime().admin.access === 'guarded' && <SignOut />}
      <Renewal everySeconds={everySeconds} now={new Date().toISOString()} />
      <Facts facts={facts} />
      <Timeline events={events} />
    </>
  )
}
