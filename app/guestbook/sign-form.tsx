import { FormOnPage } from '../forms/form.tsx'
import { signForm } from '../forms/forms.ts'

/**
 * The form of the guestbook.
 *
 * @param idempotencyKey for what is written in it
 * @param isThanked whether who looks at it has just sent it
 */
export function SignForm({
  idempotencyKey,
  isThanked,
}: {
  idempotencyKey: string
  isThanked: boolean
}) {
  const values = new Map([['key', idempotencyKey]])
  return (
    <FormOnPage
      form={signForm}
      values={values}
      {...(isThanked && { done: 'Thank you. Your entry is saved.' })}
    />
  )
}
