import { releaseInWords, sourceUrl } from '../../server/release-name.ts'
import { ReplicationLine } from '../live/replication.tsx'
import { about } from './places.ts'

export function SiteFooter() {
  const source = sourceUrl()
  return (
    <footer className="site">
      <ReplicationLine />
      <p>{about}</p>
      <p>
        Release {releaseInWords()}
        {source && (
          <>
            {' · '}
            <a href={source}>Source</a>
          </>
        )}
      </p>
    </footer>
  )
}
