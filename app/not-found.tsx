import type { Metadata } from 'next'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <>
      <h1>There is no such page.</h1>
      <p className="lead">The address may be mistyped, or old.</p>
      <p>
        <a href="/">To the front page</a> or <a href="/guestbook">to the guestbook</a>
      </p>
    </>
  )
}
