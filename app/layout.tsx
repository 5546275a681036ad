import type { Metadata, Viewport } from 'next'
import { cookies, headers } from 'next/headers'
import type { ReactNode } from 'react'
import { nonceOf, release } from 'streamkeeper'
import { sessionCookie } from './admin/admin.ts'
import { footer, navigation } from './frame.ts'
import { ReplicationLine } from './live/replication.tsx'
import { Notice } from './notice.tsx'
import { OpenGraph } from './open-graph.tsx'
import './style/index.css'
import { told } from './told.ts'
import { VisitWhenShown } from './visits/visit-when-shown.tsx'

export const metadata: Metadata = {
  title: { default: 'Visits', template: '%s · Visits' },
  description: 'A guestbook on SQLite, replicated to a bucket by Litestream.',
  icons: { icon: '/favicon.svg', apple: '/apple-touch-icon.png' },
  manifest: '/manifest.webmanifest',
}

export const viewport: Viewport = {
  colorScheme: 'light dark',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#faf9f5' },
    { media: '(prefers-color-scheme: dark)', color: '#101413' },
  ],
}

export default async function Layout({ children }: { children: ReactNode }) {
  const asked = await headers()
  const nonce = nonceOf(asked.get('content-security-policy'))
  // Whether the session still holds is for the pages of admins to find out.
  const hasSession = (await cookies()).has(sessionCookie)
  const nav = { __html: navigation(asked.get(told.path), hasSession) }
  return (
    // Of scripts only those below: see `ownScripts` in streamkeeper.config.ts.
    <html lang="en" data-scripts="own" data-release={release().id}>
      <head>
        <script type="module" src="/client.js" nonce={nonce} data-own />
        <OpenGraph />
        <VisitWhenShown />
      </head>
      <body>
        <a className="skip" href="#content">
          Skip to the content
        </a>
        <header className="site">
          <nav aria-label="Site" dangerouslySetInnerHTML={nav} />
          <ReplicationLine />
        </header>
        <Notice />
        <main id="content" tabIndex={-1}>
          {children}
        </main>
        <footer className="site" dangerouslySetInnerHTML={{ __html: footer() }} />
      </body>
    </html>
  )
}
