import type { Metadata } from 'next'
import { connection } from 'next/server'
import { admin } from '../admin/admin.ts'
import { isAdmin } from '../admin/is-admin.ts'
import type { PageProps } from '../entry-id.ts'
import { FormOnPage } from '../forms/form.tsx'
import { signInForm, signOutForm } from '../forms/forms.ts'
import { localPath } from './local-path.ts'

export const metadata: Metadata = { title: 'Sign in', robots: { index: false } }

export default async function SignInPage({ searchParams }: PageProps) {
  await connection()
  const to = localPath.parse((await searchParams).to)
  const { access } = admin()
  return (
    <>
      <h1>Sign in as an admin</h1>
      {access === 'closed' && (
        <p>
          Nobody can sign in, as there is no token. Set <code>ADMIN_TOKEN</code> where this app is
          deployed.
        </p>
      )}
      {access === 'open' && (
        <p>
          Nobody has to: without <code>ADMIN_TOKEN</code> everybody who reaches this server is an
          admin. <a href={to}>Go on</a>
        </p>
      )}
      {access === 'guarded' &&
        ((await isAdmin()) ? (
          <>
            <p>
              You are signed in. <a href={to}>Go on</a>
            </p>
            <FormOnPage form={signOutForm} />
          </>
        ) : (
          <FormOnPage form={signInForm} values={new Map([['to', to]])} />
        ))}
    </>
  )
}
