import type { Metadata } from 'next'
import { connection } from 'next/server'
import { replicated } from 'streamkeeper'
import { Dare } from './dare.tsx'
import { Drawing } from './drawing.tsx'
import { Facts } from './facts.tsx'
import { Steps } from './steps.tsx'

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
        <Facts />
      </figure>
      <div className="how-story">
        <Steps />
        <Dare />
      </div>
    </div>
  )
}
