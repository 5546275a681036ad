import { releaseInWords } from '../../packages/streamkeeper/src/server/release-name.ts'
import { LiveFacts } from '../live/facts.tsx'

/** What this instance tells everybody of itself. */
export function Facts() {
  return (
    <figcaption>
      <dl className="facts">
        <LiveFacts />
        <div>
          <dt>Release</dt>
          <dd>{releaseInWords()}</dd>
        </div>
      </dl>
    </figcaption>
  )
}
