import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readEnvironment } from './environment.ts'

const url = 'postgres://app:secret@db.example/visits'

describe('A server on PostgreSQL', () => {
  it('takes the URL without the line end that it was typed with', () => {
    for (const typed of [url, `${url}\n`, `${url}\r\n`, ` ${url}\n`]) {
      assert.equal(readEnvironment({ DATABASE_URL: typed }).databaseUrl, url)
    }
  })

  it('is told what to write in the place of another URL, and never what was written', () => {
    for (const wrong of ['\n', 'db.example', 'mysql://app:secret@db.example/visits']) {
      assert.throws(
        () => readEnvironment({ DATABASE_URL: wrong }),
        ({ message }: Error) =>
          /^DATABASE_URL is not the URL of a PostgreSQL database; write postgres:/.test(message) &&
          !message.includes('secret@db'),
      )
    }
  })

  it('refuses a URL that would lead to another host than was meant, or to several', () => {
    for (const wrong of ['app:12/secret@db.example/visits', 'app:secret@one,two:5432/visits']) {
      const text = `postgres://${wrong}`
      assert.throws(() => readEnvironment({ DATABASE_URL: text }), /DATABASE_URL .+one host/)
    }
  })
})
