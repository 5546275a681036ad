import type { Metadata } from 'next'
import { connection } from 'next/server'
import type { ReactNode } from 'react'
import { releaseInWords } from '../server/release-name.ts'
import { Notice } from './notice.tsx'
import './style.css'

export const metadata: Metadata = {
  title: { default: 'Visits', template: '%s · Visits' },
  description: 'A guestbook on SQLite, replicated to a bucket by Litestream.',
  icons: { icon: '/favicon.svg' },
}

export default async function Layout({ children }: { children: ReactNode }) {
  // A page that was made during the build would have no nonce, and its scripts would not run.
  await connection()
  return (
    <html lang="en">
      <body>
        <Notice />
        <main>{children}</main>
        <footer>
          <p>Kept in SQLite, replicated to a bucket by Litestream. Release {releaseInWords()}.</p>
        </footer>
      </body>
    </html>
  )
}
