import { changeForm } from '../forms/forms.ts'

const buttons = [
  { change: 'hide', label: 'Hide', during: 'shown' },
  { change: 'show', label: 'Show', during: 'hidden' },
]

/**
 * The buttons for an entry; deleting takes two.
 *
 * @param before the entry that the page begins below; null on the first
 * @param done what has just been done to it
 */
export function ModerationButtons({
  id,
  before,
  state,
  done,
}: {
  id: number
  before: number | null
  state: 'hidden' | 'shown'
  done: string
}) {
  const { action, busy } = changeForm
  return (
    <>
      <p className="mark-hidden" data-while="hidden" hidden={state === 'shown'}>
        Hidden from everybody but admins
      </p>
      <form
        action={action}
        method="post"
        data-form
        data-busy={busy}
        className="bare"
        aria-label={`Entry ${id}`}
      >
        <input type="hidden" name="id" value={id} />
        <input type="hidden" name="before" value={before ?? ''} />
        {buttons.map(({ change, label, during }) => (
          <button
            key={change}
            type="submit"
            name="change"
            value={change}
            className="second"
            data-while={during}
            hidden={during !== state}
          >
            {label}
          </button>
        ))}
        <details>
          <summary>Delete …</summary>
          <button type="submit" name="change" value="delete">
            Delete for good
          </button>
        </details>
        <p role="status" className="outcome" data-state={done ? 'done' : undefined}>
          {done}
        </p>
      </form>
    </>
  )
}
