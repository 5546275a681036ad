import type { Metadata } from 'next'
import { connection } from 'next/server'
import { type Event, type Fact, status } from 'streamkeeper'
import { admin } from '../admin/admin.ts'
import { requireAdmin } from '../admin/is-admin.ts'
import { FormOnPage } from '../forms/form.tsx'
import { signOutForm } from '../forms/forms.ts'

export const metadata: Metadata = { title: 'Status', robots: 'noindex' }

const everySeconds = 5

/** What this instance is doing, for operators. */
export default async function StatusPage() {
  await requireAdmin('/status')
  await connection()
  const { facts, events } = await status()
  return (
    <>
      <h1>Status</h1>
      {admin().access === 'guarded' && <FormOnPage form={signOutForm} />}
      <Renewal now={new Date().toISOString()} />
      <dl id="facts" className="facts">
        {facts.map((fact) => (
          <FactRow key={fact.name} {...fact} />
        ))}
      </dl>
      <section aria-labelledby="events">
        <h2 id="events">What happened</h2>
        <ol id="timeline" className="timeline">
          {events.map((event) => (
            <EventRow key={`${event.at} ${event.kind} ${event.detail}`} {...event} />
          ))}
        </ol>
      </section>
    </>
  )
}

/** As of when the page is; app/client/status.ts renews it, and lets people who read it stop that. */
function Renewal({ now }: { now: string }) {
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

function FactRow({ name, value, isProblem }: Fact) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={isProblem ? 'problem' : undefined}>{value}</dd>
    </div>
  )
}

function EventRow({ at, instance, detail }: Event) {
  return (
    <li>
      <time dateTime={at}>{at.slice(0, 19).replace('T', ' ')}</time>
      <span>
        {detail} <span className="quiet">{instance}</span>
      </span>
    </li>
  )
}
