'use client'

import { createContext, type ReactNode, use, useActionState } from 'react'
import { type Moderating, moderate } from './moderate.ts'

const words: Record<Moderating, string> = {
  blank: '',
  hidden: 'The entry is hidden.',
  shown: 'The entry is shown again.',
  deleted: 'The entry is deleted.',
  'signed-out': 'Nothing was changed: you are signed out. Load this page again to sign in.',
  'no-entry': 'There is no such entry any more.',
  'not-durable':
    'This is not safe yet, as the bucket does not answer. Please do it again in a moment.',
  'not-written': 'Nothing was changed. Please try again in a moment.',
}

const Actions = createContext<{ action: (form: FormData) => void; pending: boolean } | null>(null)

/**
 * Says what became of the buttons below it.
 *
 * @param initial what became of the one that led to this page
 */
export function Moderation({ initial, children }: { initial: Moderating; children: ReactNode }) {
  const [moderating, action, pending] = useActionState(moderate, initial)
  return (
    <Actions value={{ action, pending }}>
      <p role="status">{pending ? 'One moment …' : words[moderating]}</p>
      {children}
    </Actions>
  )
}

/** The buttons for an entry; deleting takes two. */
export function ModerationButtons({
  id,
  before,
  isHidden,
}: {
  id: number
  before: number | null
  isHidden: boolean
}) {
  const actions = use(Actions)
  return (
    <form action={actions?.action} className="bare" aria-label={`Entry ${id}`}>
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="before" value={before ?? ''} />
      <button type="submit" name="change" value={isHidden ? 'show' : 'hide'} className="second">
        {isHidden ? 'Show' : 'Hide'}
      </button>
      <details>
        <summary>Delete …</summary>
        <button type="submit" name="change" value="delete">
          Delete for good
        </button>
      </details>
    </form>
  )
}
