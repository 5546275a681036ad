'use client'

/** What people see of a page that failed; the log has the reason. */
export default function Failed({ error, reset }: { error: { digest?: string }; reset(): void }) {
  return (
    <>
      <h1>This page could not be made.</h1>
      <p>Nothing that was saved is lost. Please try again in a moment.</p>
      <button type="button" onClick={reset}>
        Try again
      </button>
      {error.digest && <p className="quiet">For the log: {error.digest}</p>}
    </>
  )
}
