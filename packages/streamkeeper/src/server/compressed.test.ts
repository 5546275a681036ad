import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage, request } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { codingFor, endCompressed } from './compressed.ts'
import { portOf } from './test-support.ts'

describe('The coding of an answer', () => {
  for (const [accepted, coding] of [
    [undefined, 'identity'],
    ['', 'identity'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['br', 'br'],
    ['gzip, deflate, br, zstd', 'br'],
    ['br, gzip', 'br'],
    ['gzip;q=1.0, br;q=0.5', 'gzip'],
    ['*', 'br'],
    ['br;q=0, *', 'gzip'],
    ['gzip;q=0', 'identity'],
    ['gzip;q=0, br;q=0', 'identity'],
    ['gzip;Q=0.000,br;Q=0', 'identity'],
    ['gzip ; q=0', 'identity'],
    ['identity', 'identity'],
    ['identity;q=1, gzip;q=0.5', 'identity'],
    ['identity;q=0, gzip', 'gzip'],
    ['identity;q=0', 'identity'],
    ['*;q=0', 'identity'],
    ['*;q=0, gzip;q=0.1', 'gzip'],
    ['deflate', 'identity'],
    ['xgzip, gzipx', 'identity'],
    ['gzip;q=none', 'identity'],
  ] as const) {
    it(`is ${coding} for ${accepted === undefined ? 'no header' : `"${accepted}"`}`, () => {
      assert.equal(codingFor(accepted === undefined ? {} : { 'accept-encoding': accepted }), coding)
    })
  }
})

const page = `<p>${'é visits '.repeat(500)}</p>`

async function ask(test: TestContext, accepted: string, headers: Record<string, string> = {}) {
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    endCompressed(request, response, page)
  }).listen(0)
  const port = await portOf(test, server)
  const sent = request({ port, headers: { 'accept-encoding': accepted } }).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  return { headers: answer.headers, body: await buffer(answer) }
}

describe('An answer', () => {
  it('is the same text in each coding, and says that it depends on what is taken', async (test) => {
    for (const [accepted, decoded] of [
      ['br', brotliDecompressSync],
      ['gzip', gunzipSync],
      ['identity', (body: Buffer) => body],
    ] as const) {
      const { headers, body } = await ask(test, accepted)
      assert.equal(headers['content-encoding'] ?? 'identity', accepted)
      assert.equal(headers.vary, 'Accept-Encoding')
      assert.equal(decoded(body).toString(), page)
    }
  })

  for (const [before, after] of [
    ['rsc, Accept', 'rsc, Accept, Accept-Encoding'],
    ['accept-encoding', 'accept-encoding'],
    ['*', '*'],
  ]) {
    it(`that depends on ${before} depends on ${after}`, async (test) => {
      assert.equal((await ask(test, 'gzip', { vary: before ?? '' })).headers.vary, after)
    })
  }

  it('has no length that it had before', async (test) => {
    const { body } = await ask(test, 'gzip', { 'content-length': String(Buffer.byteLength(page)) })
    assert.equal(gunzipSync(body).toString(), page)
  })
})
