import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { place } from './move.ts'

const database = 'postgres://app:secret@db.example/visits'

describe('A place of data', () => {
  it('is a database, without the line end that its URL was typed with', (test) => {
    assert.deepEqual(place.parse(`${database}\n`), { database })
    test.after(() => Reflect.deleteProperty(process.env, 'DATABASE_URL'))
    process.env.DATABASE_URL = `${database}\r\n`
    assert.deepEqual(place.parse('postgres'), { database })
  })

  it('is a bucket', () => {
    assert.deepEqual(place.parse('gs://my-data/visits\n'), { bucket: 'gs://my-data/visits' })
    assert.deepEqual(place.parse('s3://my-data/visits'), { bucket: 's3://my-data/visits' })
  })

  it('is nothing else', () => {
    for (const text of ['', 'postgres', 'visits', 'mysql://db.example/visits']) {
      assert.equal(place.safeParse(text).success, false)
    }
  })
})
