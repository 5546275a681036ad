'use client'

import { type ReactNode, useActionState, useEffect, useRef } from 'react'
import { Field } from '../guestbook/field.tsx'
import { type SigningIn, signIn } from './sign-in.ts'

/**
 * @param to where to go then
 * @param children what stands here for those who are signed in
 */
export function SignInForm({ to, children }: { to: string; children: ReactNode }) {
  const [signing, action, pending] = useActionState<SigningIn, FormData>(signIn, {
    status: 'blank',
  })
  const form = useRef<HTMLFormElement>(null)

  useEffect(() => {
    if (signing.status === 'signed-in') location.assign(signing.to)
    else if (signing.status !== 'blank') form.current?.querySelector<HTMLElement>('#token')?.focus()
  }, [signing])

  // The cookie makes Next render the page anew, for an admin, before the effect has led away.
  if (children) return children
  return (
    <form action={action} ref={form}>
      <input type="hidden" name="to" value={to} />
      <Field label="Token" name="token" written="" problem={problemOf(signing)}>
        {(props) => <input {...props} type="password" autoComplete="current-password" />}
      </Field>
      <button type="submit" disabled={pending}>
        {pending ? 'Signing in …' : 'Sign in'}
      </button>
    </form>
  )
}

function problemOf(signing: SigningIn): string | undefined {
  if (signing.status === 'wrong') return 'This is not the token.'
  if (signing.status !== 'too-many') return undefined
  return `There were too many wrong tokens. Please wait ${signing.seconds} seconds.`
}
