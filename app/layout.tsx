import type { Metadata } from 'next'
import type { ReactNode } from 'react'
import './style.css'

export const metadata: Metadata = {
  title: { default: 'Visits', template: '%s · Visits' },
  description: 'A guestbook on SQLite, replicated to a bucket by Litestream.',
  icons: { icon: '/favicon.svg' },
}

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <main>{children}</main>
        <footer>
          <p>Kept in SQLite, replicated to a bucket by Litestream.</p>
        </footer>
      </body>
    </html>
  )
}
