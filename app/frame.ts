import { release } from 'streamkeeper'
import { escaped } from 'streamkeeper/http'

// Markup, as pages that the server writes by itself have the same frame as those that Next renders.

/** Where the header leads. */
export const places = [
  { path: '/', name: 'Visits' },
  { path: '/guestbook', name: 'Guestbook' },
  { path: '/how-it-works', name: 'How it works' },
]

/** Where it leads those who signed in, too. */
const placesOfAdmins = [
  { path: '/status', name: 'Status' },
  { path: '/admin', name: 'Moderation' },
]

// A database's cylinder.
const mark = `<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
<rect width="32" height="32" rx="7"/>
<path d="M25 9.5c0 1.93-4.03 3.5-9 3.5S7 11.43 7 9.5 11.03 6 16 6s9 1.57 9 3.5z
M7 9.5v13c0 1.95 4 3.5 9 3.5s9-1.55 9-3.5v-13M7 16c0 1.95 4 3.5 9 3.5s9-1.55 9-3.5"/>
</svg>`

/**
 * What stands in the `<nav>` of the header.
 *
 * @param current the path of the page
 */
export function navigation(current: string | null = null, hasSession = false): string {
  const items = [...places, ...(hasSession ? placesOfAdmins : [])].map(({ path, name }) => {
    const mark = path === current ? ' aria-current="page"' : ''
    return `<li><a href="${path}"${mark}>${name}</a></li>`
  })
  return `${mark}<ul>${items.join('')}</ul>`
}

/** What stands in the `<footer>`. */
export function footer(): string {
  const { name, source } = release()
  const link = source ? ` · <a href="${escaped(source)}">Source</a>` : ''
  return `<p>Kept in SQLite, replicated to a bucket by Litestream.</p>
<p>Release ${escaped(name)}${link}</p>`
}
