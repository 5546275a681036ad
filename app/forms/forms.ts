/** A form as a page shows it, and as it is shown again where it was refused. */
export type Form = {
  /** Where it is sent: for good, as a page may be older than the release that answers. */
  action: string
  /** What is carried along without being shown. */
  hidden: string[]
  fields: Field[]
  /** Whether a field stands in it that only robots fill in. */
  hasTrap?: boolean
  /** Its button, by what was sent. */
  button: (sent: Sent) => { label: string; name?: string; value?: string }
  /** The same where something else was kept with the form's key before. */
  another?: string
  /** What is said while it is sent. */
  busy: string
  /** What is said first where it was refused. */
  failed: string
  /** The page that it stands on. */
  page: string
}

export type Field = {
  name: string
  label: string
  /** A secret is never shown again. */
  kind: 'line' | 'lines' | 'secret'
  autoComplete?: string
}

export type Sent = ReadonlyMap<string, string>

/** The name says nothing that a browser or a password manager might want to fill in. */
export const trap = 'more'

export const signForm: Form = {
  action: '/guestbook/sign',
  hidden: ['key'],
  fields: [
    { name: 'name', label: 'Your name', kind: 'line', autoComplete: 'name' },
    { name: 'message', label: 'Message', kind: 'lines' },
  ],
  hasTrap: true,
  button: () => ({ label: 'Sign the guestbook' }),
  another: 'Save this as another entry',
  busy: 'Saving …',
  failed: 'Nothing was saved.',
  page: '/guestbook',
}

export const signInForm: Form = {
  action: '/sign-in/session',
  hidden: ['to'],
  fields: [{ name: 'token', label: 'Token', kind: 'secret', autoComplete: 'current-password' }],
  button: () => ({ label: 'Sign in' }),
  busy: 'Signing in …',
  failed: 'You are not signed in.',
  page: '/sign-in',
}

export const signOutForm: Form = {
  action: '/sign-out',
  hidden: [],
  fields: [],
  button: () => ({ label: 'Sign out' }),
  busy: 'Signing out …',
  failed: 'You are still signed in.',
  page: '/sign-in',
}

const changes = new Map([
  ['hide', 'Hide'],
  ['show', 'Show'],
  ['delete', 'Delete'],
])

export const changeForm: Form = {
  action: '/admin/change',
  hidden: ['id', 'before'],
  fields: [],
  button: (sent) => {
    const value = sent.get('change') ?? ''
    return { label: `${changes.get(value)} entry ${sent.get('id')}`, name: 'change', value }
  },
  busy: 'One moment …',
  failed: 'Nothing was changed.',
  page: '/admin',
}

const forms = [signForm, signInForm, signOutForm, changeForm]

/**
 * The form that was sent to a path. A page of a release without these addresses has sent it to
 * another one, and it is known by its fields; null for any other.
 */
export function formFor(path: string, sent: Sent = new Map()): Form | null {
  const hasAll = ({ fields }: Form) =>
    fields.length > 0 && fields.every(({ name }) => sent.has(name))
  return forms.find(({ action }) => action === path) ?? forms.find(hasAll) ?? null
}
