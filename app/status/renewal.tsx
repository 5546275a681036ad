/** As of when the page is; app/client/status.ts renews it, and lets people who read it stop that. */
export function Renewal({ everySeconds, now }: { everySeconds: number; now: string }) {
  return (
    <>
      <noscript>
        <meta httpEquiv="refresh" content={String(everySeconds)} />
      </noscript>
      <div id="renewal" className="refresh quiet">
        <span>
          As of <time dateTime={now}>{now.slice(11, 19)} UTC</time>
          <span className="every">, renewed every {everySeconds} s</span>.
        </span>
        <button type="button" hidden>
          Pause
        </button>
        <p className="problem" aria-live="polite" />
      </div>
    </>
  )
}
