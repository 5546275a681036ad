import type { Metadata } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { nonceOf } from '../server/nonce.ts'
import { releaseId, releaseInWords } from '../server/release-name.ts'
import { Notice } from './notice.tsx'
import './style.css'

export const metadata: Metadata = {
  title: { default: 'Visits', template: '%s · Visits' },
  description: 'A guestbook on SQLite, replicated to a bucket by Litestream.',
  icons: { icon: '/favicon.svg' },
}

export default async function Layout({ children }: { children: ReactNode }) {
  const nonce = nonceOf((await headers()).get('content-security-policy'))
  return (
    // Of scripts only those below: see server/own-scripts.ts.
    <html lang="en" data-scripts="own" data-release={releaseId()}>
      <head>
        <script type="module" src="/client.js" nonce={nonce} data-own />
      </head>
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
