import type { Metadata } from 'next'
import Link from 'next/link'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <>
      <h1>There is no such page.</h1>
      <p>
        <Link href="/">To the front page</Link>
      </p>
    </>
  )
}
