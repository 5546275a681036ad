'use client'

import { useActionState, useEffect, useRef } from 'react'
import { Field } from './field.tsx'
import { type Signing, sign } from './sign.ts'

/** The form of the guestbook; it works before, and without, its JavaScript. */
export function SignForm({ signed }: { signed: number | null }) {
  const blank: Signing = { status: signed === null ? 'blank' : 'signed' }
  const [signing, action, pending] = useActionState(sign, blank)
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
      <button type="submit" disabled={pending}>
        {pending ? 'Signing …' : 'Sign the guestbook'}
      </button>
      <p role="status">
        {signing.status === 'signed' && 'Thank you. Your entry is in the guestbook.'}
        {signing.status === 'failed' &&
          'Your entry could not be saved. It is still here: please try again in a moment.'}
      </p>
    </form>
  )
}
