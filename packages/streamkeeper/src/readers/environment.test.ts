import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readReaderEnvironment } from './environment.ts'

const enough = { REPLICA_URL: 'gs://bucket/app', DATA_DIR: '/data' }

describe('A reader', () => {
  it('is told who writes', () => {
    const { writerUrl } = readReaderEnvironment({ ...enough, WRITER_URL: 'https://writer.example' })
    assert.equal(writerUrl.host, 'writer.example')
  })

  for (const [WRITER_URL, words] of [
    [undefined, /WRITER_URL is not set; write where/],
    ['writer.example', /WRITER_URL is no URL of a service; write https/],
    ['ftp://writer.example', /is no URL of a service/],
    ['https://writer.example/path', /is no URL of a service/],
  ] as const) {
    it(`is told what to write in the place of ${WRITER_URL}`, () => {
      assert.throws(() => readReaderEnvironment({ ...enough, WRITER_URL }), words)
    })
  }

  it('is told to write a longer token for what it passes on', () => {
    const variables = { ...enough, WRITER_URL: 'https://writer.example', FORWARD_TOKEN: 'short' }
    assert.throws(() => readReaderEnvironment(variables), /FORWARD_TOKEN is too easy to guess/)
  })
})
