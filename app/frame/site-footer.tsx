import { releaseInWords, sourceUrl } from '../../packages/streamkeeper/src/server/release-name.ts'
import { about } from './places.ts'

export function SiteFooter() {
  const source = sourceUrl()
  return (
    <footer className="site">
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
