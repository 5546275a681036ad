import { cookies, headers } from 'next/headers'
import { sessionCookie } from '../admin/session-cookie.ts'
import { ReplicationLine } from '../live/replication.tsx'
import { told } from '../told.ts'
import { mark, places, placesOfAdmins } from './places.ts'

export async function SiteHeader() {
  const current = (await headers()).get(told.path)
  // Whether the session still holds is for those pages to find out.
  const hasSession = (await cookies()).has(sessionCookie)
  return (
    <header className="site">
      <nav aria-label="Site">
        <svg className="mark" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="7" />
          <path d={mark} />
        </svg>
        <ul>
          {[...places, ...(hasSession ? placesOfAdmins : [])].map(({ path, name }) => (
            <li key={path}>
              <a href={path} aria-current={path === current ? 'page' : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <ReplicationLine />
    </header>
  )
}
