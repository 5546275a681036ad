import { release } from 'streamkeeper'
import { about } from './places.ts'

export function SiteFooter() {
  const { name, source } = release()
  return (
    <footer className="site">
      <p>{about}</p>
      <p>
        Release {name}
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
