import type { Metadata, Viewport } from 'next'
import { headers } from 'next/headers'
import type { ReactNode } from 'react'
import { nonceOf, release } from 'streamkeeper'
import { SiteFooter } from './frame/site-footer.tsx'
import { SiteHeader } from './frame/site-header.tsx'
import { Notice } from './notice.tsx'
import { OpenGraph } from './open-graph.tsx'
import './style/index.css'
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
  const nonce = nonceOf((await headers()).get('content-security-policy'))
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
        <SiteHeader />
        <Notice />
        <main id="content" tabIndex={-1}>
          {children}
        </main>
        <SiteFooter />
      </body>
    </html>
  )
}
