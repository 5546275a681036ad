import type { Event } from 'streamkeeper'

export function Timeline({ events }: { events: Event[] }) {
  return (
    <section aria-labelledby="events">
      <h2 id="events">What happened</h2>
      <ol id="timeline" className="timeline">
        {events.map(({ at, kind, instance, detail }) => (
          <li key={`${at} ${kind} ${detail}`}>
            <time dateTime={at}>{at.slice(0, 19).replace('T', ' ')}</time>
            <span>
              {detail} <span className="quiet">{instance}</span>
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}
