import { releaseInWords } from '../../server/release-name.ts'

/** What this instance tells everybody of itself. */
export function Facts() {
  return (
    <figcaption>
      <dl className="facts">
        <div>
          <dt>Release</dt>
          <dd>{releaseInWords()}</dd>
        </div>
        {process.env.DATABASE_URL && (
          <div>
            <dt>Data</dt>
            <dd>On a PostgreSQL server: this instance needs no Litestream and no lease</dd>
          </div>
        )}
      </dl>
    </figcaption>
  )
}
