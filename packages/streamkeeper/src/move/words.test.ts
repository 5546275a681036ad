import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inBucket, onPostgres } from './words.ts'

const done = { tables: [], all: { rows: 0, checksum: '' }, blocks: 0, put: 0, removed: 0 }
const fromBucket = { ...done, changedAt: null }
const fromPostgres = { ...done, moment: new Date(0) }
const seeded = {
  ...{ epoch: 7, before: 6, hadData: true, bytes: 0, findings: [], tables: {}, tookMs: 0 },
}

describe('What to deploy next', () => {
  it('is the service on PostgreSQL, with its URL as a secret', () => {
    const { words } = onPostgres(
      fromBucket,
      'gs://bucket/visits',
      'host:5432/db',
      'visits',
      'visits',
    )
    assert.match(words, / gcloud secrets create visits-database-url --data-file - --project/)
    assert.match(words, /--region REGION --database-url-secret visits-database-url\n/)
    const other = onPostgres(fromBucket, 'gs://bucket/visits', 'host:5432/db', 'blog', 'visits')
    assert.match(other.words, /--service blog --database-url-secret blog-database-url\n/)
  })

  it('is the service on the bucket and its path', () => {
    const next = (bucket: string) =>
      inBucket(fromPostgres, seeded, 'host:5432/db', bucket, 'visits', 'visits').words
    assert.match(next('gs://bucket/visits'), /--region REGION --bucket bucket\n/)
    assert.match(next('gs://bucket/a/b'), /--bucket bucket --path a\/b\n/)
    assert.match(next('gs://bucket/a'), /before +epoch-00000006 has the data before/)
  })

  it('names nothing of Cloud Run where the bucket is none of Cloud Storage', () => {
    const bucket = 's3://bucket/visits'
    const [database, app] = ['host:5432/db', 'visits']
    for (const { words } of [
      onPostgres(fromBucket, bucket, database, app, app),
      inBucket(fromPostgres, seeded, database, bucket, app, app),
    ]) {
      assert.match(words, / npm start\n/)
      assert.doesNotMatch(words, /gcloud|streamkeeper deploy/)
    }
  })
})
