import { release } from 'streamkeeper'
import { LiveFacts } from '../live/facts.tsx'

/** What this instance tells everybody of itself. */
export function Facts() {
  return (
    <figcaption>
      <dl className="facts">
        <LiveFacts />
        <div>
          <dt>Release</dt>
          <dd>{release().name}</dd>
        </div>
      </dl>
    </figcaption>
  )
}
