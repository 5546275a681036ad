'use client'

import { useActionState, useEffect, useRef } from 'react'
import { Field } from './field.tsx'
import { type Signing, sign } from './sign.ts'

const words = {
  blank: '',
  invalid: '',
  signed: 'Thank you. Your entry is saved.',
  'not-durable':
    'Your entry is not safe yet, as the bucket does not answer. Please send it again in a moment; it will be there only once.',
  'not-written': 'Your entry could not be saved. It is still here: please try again in a moment.',
}

/** The form of the guestbook; it works before, and without, its JavaScript. */
export function SignForm({ initial }: { initial: Signing }) {
  const [signing, action, pending] = useActionState(sign, initial)
  const form = useRef<HTMLFormElement>(null)

  useEffect(() => {
    if (signing.status === 'invalid') {
      form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus()
    }
  }, [signing])

  const written = 'written' in signing ? signing.written : { name: '', message: '' }
  const problems = signing.status === 'invalid' ? signing.problems : {}
  return (
    <form action={action} ref={form}>
      <input type="hidden" name="key" value={signing.key} />
      <Field label="Your name" name="name" written={written.name} problem={problems.name?.[0]}>
        {(props) => <input {...props} autoComplete="name" />}
      </Field>
      <Field
        label="Message"
        name="message"
        written={written.message}
        problem={problems.message?.[0]}
      >
        {(props) => <textarea {...props} rows={3} />}
      </Field>
      <div className="trap">
        <label htmlFor="website">Leave this empty: it is here to catch robots</label>
        <input id="website" name="website" autoComplete="off" tabIndex={-1} />
      </div>
      <button type="submit" disabled={pending}>
        {pending ? 'Saving …' : 'Sign the guestbook'}
      </button>
      <p role="status">{words[signing.status]}</p>
    </form>
  )
}
