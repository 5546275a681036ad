import { changeForm } from '../forms/forms.ts'

/**
 * The buttons for an entry; deleting takes two.
 *
 * @param before the entry that the page begins below; null on the first
 * @param done what has just been done to it
 */
export function ModerationButtons({
  id,
  before,
  isHidden,
  done = '',
}: {
  id: number
  before: number | null
  isHidden: boolean
  done?: string | undefined
}) {
  return (
    <>
      <p className="mark" data-while="hidden" hidden={!isHidden}>
        Hidden from everybody but admins
      </p>
      <form
        action={changeForm.action}
        method="post"
        data-form
        data-busy={changeForm.busy}
        className="bare"
        aria-label={`Entry ${id}`}
      >
        <input type="hidden" name="id" value={id} />
        <input type="hidden" name="before" value={before ?? ''} />
        <ChangeButton change="hide" label="Hide" during="shown" isThere={!isHidden} />
        <ChangeButton change="show" label="Show" during="hidden" isThere={isHidden} />
        <details>
          <summary>Delete …</summary>
          <button type="submit" name="change" value="delete">
            Delete for good
          </button>
        </details>
        <p role="status" className="outcome" {...(done && { 'data-state': 'done' })}>
          {done}
        </p>
      </form>
    </>
  )
}

function ChangeButton({
  change,
  label,
  during,
  isThere,
}: {
  change: string
  label: string
  during: 'hidden' | 'shown'
  isThere: boolean
}) {
  return (
    <button
      type="submit"
      name="change"
      value={change}
      className="second"
      data-while={during}
      hidden={!isThere}
    >
      {label}
    </button>
  )
}
