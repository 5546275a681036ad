import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { ProblemDetails } from 'streamkeeper/config'
import { ProblemError } from './api/problem.ts'
import { formLimitBytes } from './body.ts'
import { readForm } from './form-data.ts'

const urlencoded = 'application/x-www-form-urlencoded'
const multipart = 'multipart/form-data; boundary=xxxxxxxxxxxxxxxxxxxxxxxxxxxxx'

function sent(
  body: BodyInit,
  type: string | null = urlencoded,
  headers: Record<string, string> = {},
) {
  const request = new Request('http://localhost/guestbook/sign', { method: 'POST', body, headers })
  if (type !== null) request.headers.set('content-type', type)
  return request
}

/** What a multipart body holds, each part with its head. */
function parts(...all: [head: string, value: string | Buffer][]): Buffer {
  const delimiter = '--xxxxxxxxxxxxxxxxxxxxxxxxxxxxx'
  return Buffer.concat([
    ...all.flatMap(([head, value]) => [
      Buffer.from(`${delimiter}\r\n${head}\r\n\r\n`),
      Buffer.from(value),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(`${delimiter}--\r\n`),
  ])
}

const named = (name: string) => `Content-Disposition: form-data; name="${name}"`

async function refusalOf(request: Request): Promise<ProblemDetails> {
  const error = await readForm(request).catch((error) => error)
  assert.ok(error instanceof ProblemError)
  const { title, detail, type } = error.details
  assert.ok(title && detail && type)
  return error.details
}

async function statusOf(request: Request): Promise<number> {
  return (await refusalOf(request)).status
}

async function fieldsOf(request: Request): Promise<Record<string, string>> {
  return Object.fromEntries(await readForm(request))
}

// Browsers send line ends as CRLF.
const value = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/\r\n?|\n/g, '\r\n'))

describe('A form', () => {
  it('is read as it was sent, in both encodings', async () => {
    await fc.assert(
      fc.asyncProperty(value, value, async (name, message) => {
        const pairs = { name, message }
        assert.deepEqual(await fieldsOf(sent(new URLSearchParams(pairs).toString())), pairs)
        const data = new FormData()
        for (const [key, written] of Object.entries(pairs)) data.set(key, written)
        assert.deepEqual(await fieldsOf(sent(data, null)), pairs)
      }),
    )
  })

  it('may say that it is in UTF-8', async () => {
    for (const charset of ['utf-8', 'UTF-8', '"utf-8"']) {
      assert.deepEqual(await fieldsOf(sent('a=%C3%A9+b', `${urlencoded}; charset=${charset}`)), {
        a: 'é b',
      })
    }
  })

  it('may be empty', async () => {
    assert.deepEqual(await fieldsOf(sent('')), {})
    assert.deepEqual(await fieldsOf(sent('a')), { a: '' })
    assert.deepEqual(await fieldsOf(sent('a=&&b=c=d')), { a: '', b: 'c=d' })
  })

  it('is not taken in another charset, or packed', async () => {
    assert.equal(await statusOf(sent('a=b', `${urlencoded}; charset=iso-8859-1`)), 415)
    const packed = await refusalOf(sent('a=b', urlencoded, { 'content-encoding': 'gzip' }))
    assert.equal(packed.status, 415)
    assert.equal(packed.headers?.['accept-encoding'], 'identity')
    assert.deepEqual(await fieldsOf(sent('a=b', urlencoded, { 'content-encoding': 'Identity' })), {
      a: 'b',
    })
  })

  it('is nothing else', async () => {
    for (const type of ['text/plain', 'application/json', `${urlencoded}x`, 'x', 'a/b, c/d']) {
      assert.equal(await statusOf(sent('a=b', type)), 415, type)
    }
    assert.equal(await statusOf(new Request('http://localhost/', { method: 'POST' })), 415)
  })

  for (const [what, body] of [
    ['bytes that are no UTF-8', Buffer.from('a=\xff', 'latin1')],
    ['escaped bytes that are no UTF-8', 'a=%FF'],
    ['an escaped surrogate', 'a=%ED%A0%BD'],
    ['a name that is no UTF-8', '%FF=a'],
    ['an escape that is none', 'a=%zz'],
    ['an escape that ends early', 'a=%C3'],
    ['a field twice', 'a=b&a=c'],
    ['a field twice, named differently', 'a=b&%61=c'],
  ] as const) {
    it(`is refused for ${what}`, async () => assert.equal(await statusOf(sent(body)), 400))
  }

  for (const [what, body] of [
    ['bytes that are no UTF-8', parts([named('a'), Buffer.from([0xff])])],
    [
      'a name that is no UTF-8',
      Buffer.from(
        parts([named('a\x01'), ''])
          .toString()
          .replace('\x01', '\xff'),
        'latin1',
      ),
    ],
    ['half a character', parts([named('a'), Buffer.from('é').subarray(0, 1)])],
    ['a field twice', parts([named('a'), 'b'], [named('a'), 'b'])],
    ['a file', parts([`${named('a')}; filename="b.txt"`, 'c'])],
    [
      'a value that is encoded',
      parts([`${named('a')}\r\nContent-Transfer-Encoding: base64`, '/w==']),
    ],
    ['a part without a name', parts(['Content-Disposition: form-data', 'b'])],
    ['no part that ends', parts([named('a'), 'b']).subarray(0, 60)],
    ['another boundary', Buffer.from('--y\r\n\r\n--y--')],
    ['nothing', Buffer.from('')],
  ] as const) {
    it(`of parts is refused for ${what}`, async () => {
      assert.equal(await statusOf(sent(new Uint8Array(body), multipart)), 400)
    })
  }

  it('of parts is refused without a boundary', async () => {
    assert.equal(await statusOf(sent('a', 'multipart/form-data')), 400)
  })

  it('is refused when it is too large, as it says or as it is', async () => {
    const most = `a=${'b'.repeat(formLimitBytes - 2)}`
    assert.equal((await fieldsOf(sent(most))).a?.length, formLimitBytes - 2)
    assert.equal(await statusOf(sent(`${most}b`)), 413)
    const long = sent('a=b', urlencoded, { 'content-length': String(formLimitBytes + 1) })
    assert.equal(await statusOf(long), 413)
    assert.equal(long.bodyUsed, false)
  })

  it('is refused when it does not arrive whole', async () => {
    const body = new ReadableStream({ pull: (stream) => stream.error(new Error('aborted')) })
    const request = new Request('http://localhost/', {
      method: 'POST',
      headers: { 'content-type': urlencoded },
      body,
      duplex: 'half',
    } as RequestInit)
    assert.equal(await statusOf(request), 400)
  })

  it('has no field that only objects have', async () => {
    const fields = await readForm(sent('__proto__=a&constructor=b'))
    assert.deepEqual(
      [...fields],
      [
        ['__proto__', 'a'],
        ['constructor', 'b'],
      ],
    )
  })
})
