import type { Metadata } from 'next'
import { connection } from 'next/server'
import { release, replicated } from 'streamkeeper'
import { LiveFacts } from '../live/replication.tsx'
import { Drawing } from './drawing.tsx'
import { Dare, Steps } from './story.tsx'

export const metadata: Metadata = {
  title: 'How it works',
  description: 'What happens when you sign, and why nothing is lost when this server is killed.',
}

export default async function HowItWorksPage() {
  await connection()
  return (
    <div className="how">
      <div className="how-intro">
        <h1>The disk forgets. The bucket doesn’t.</h1>
        <p className="lead">
          This site is one container with SQLite on its own disk, and both may be gone at any
          moment. No entry is lost by that: you are told “saved” only when the bucket has it.
        </p>
      </div>
      <figure className="how-drawing">
        <Drawing epoch={replicated().epoch} />
        <figcaption>
          <dl className="facts">
            <LiveFacts />
            <div>
              <dt>Release</dt>
              <dd>{release().name}</dd>
            </div>
          </dl>
        </figcaption>
      </figure>
      <div className="how-story">
        <Steps />
        <Dare />
      </div>
    </div>
  )
}
