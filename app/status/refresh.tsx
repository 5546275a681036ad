'use client'

import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'

/** Renews the page, and lets people who read it stop that. */
export function Refresh({ everySeconds, now }: { everySeconds: number; now: string }) {
  const router = useRouter()
  const [paused, setPaused] = useState(false)

  useEffect(() => {
    if (paused) return
    const timer = setInterval(() => router.refresh(), everySeconds * 1000)
    return () => clearInterval(timer)
  }, [router, everySeconds, paused])

  return (
    <p className="refresh quiet">
      <span>
        As of <time dateTime={now}>{now.slice(11, 19)} UTC</time>
        {paused ? '.' : `, renewed every ${everySeconds} s.`}
      </span>
      <button type="button" onClick={() => setPaused(!paused)}>
        {paused ? 'Go on' : 'Pause'}
      </button>
    </p>
  )
}
