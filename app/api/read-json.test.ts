import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { addEntry, findEntry } from '../../db/entries.ts'
import { temporaryDatabase } from '../../db/test-support.ts'
import { newEntry } from '../guestbook/new-entry.ts'
import { invalid, ProblemError } from './problem.ts'
import { jsonOf, readJson } from './read-json.ts'

function sent(body: BodyInit, type = 'application/json', headers: Record<string, string> = {}) {
  return new Request('http://localhost/api/entries', {
    method: 'POST',
    body,
    headers: { 'content-type': type, ...headers },
  })
}

async function problemOf(request: Request, schema: z.ZodType = z.unknown()) {
  const error = await readJson(request, schema, 'entry').catch((error) => error)
  assert.ok(error instanceof ProblemError)
  return error.details
}

async function refusalOf(request: Request): Promise<[status: number, type: string]> {
  const { status, type } = await problemOf(request)
  return [status, type]
}

describe('A body of JSON', () => {
  it('is read as it was sent', async () => {
    const flat = fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'grapheme' }), fc.boolean()))
    await fc.assert(
      fc.asyncProperty(flat, async (value) => {
        assert.deepEqual(
          await jsonOf(sent(JSON.stringify(value))),
          JSON.parse(JSON.stringify(value)),
        )
      }),
    )
  })

  it('may begin with a byte order mark', async () => {
    assert.deepEqual(await jsonOf(sent('\ufeff{"a":1}')), { a: 1 })
  })

  it('may say that it is in UTF-8, and be called JSON in any case', async () => {
    for (const type of [
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
      'APPLICATION/JSON ; x=y',
    ]) {
      assert.deepEqual(await jsonOf(sent('[]', type)), [])
    }
  })

  for (const type of [
    'application/jsonp',
    'application/json-seq',
    'application/json/x',
    'application/vnd.api+json',
    'text/json',
    'application/json, text/plain',
    '',
  ]) {
    it(`is not of the type "${type}"`, async () => {
      assert.deepEqual(await refusalOf(sent('[]', type)), [415, 'not-json'])
    })
  }

  it('is not taken in another charset', async () => {
    for (const charset of ['iso-8859-1', 'utf-16', 'utf8', '""']) {
      const type = `application/json; charset=${charset}`
      assert.deepEqual(await refusalOf(sent('[]', type)), [415, 'not-utf-8'])
    }
  })

  it('is not taken compressed', async () => {
    for (const encoding of ['gzip', 'br', 'x', 'identity, gzip']) {
      const packed = await problemOf(sent('[]', undefined, { 'content-encoding': encoding }))
      assert.equal(packed.status, 415)
      assert.equal(packed.headers?.['accept-encoding'], 'identity')
    }
    assert.deepEqual(await jsonOf(sent('[]', undefined, { 'content-encoding': 'identity' })), [])
  })

  it('is not what bytes of anything else are', async () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xed, 0xa0, 0xbd, 0x22],
      [0xff, 0xfe, 0x31, 0],
    ]) {
      assert.deepEqual(await refusalOf(sent(new Uint8Array(bytes))), [400, 'not-utf-8'])
    }
  })

  it('has each field once', async () => {
    for (const body of ['{"a":1,"a":1}', '{"a":"\\"b\\":","\\u0061" : 2}']) {
      assert.deepEqual(await refusalOf(sent(body)), [400, 'not-json'])
    }
    const tricky = String.raw`{"a":"\"b\":","b":"c:","c":"\\"}`
    assert.deepEqual(await jsonOf(sent(tricky)), { a: '"b":', b: 'c:', c: '\\' })
  })

  it('is not empty, and can be parsed', async () => {
    for (const body of ['', '{', '\ufeff', '{"a":1}\0', 'NaN']) {
      assert.deepEqual(await refusalOf(sent(body)), [400, 'not-json'])
    }
  })

  it('has at most 32 KiB', async () => {
    const most = JSON.stringify('x'.repeat(32_766))
    assert.equal(await jsonOf(sent(most)), 'x'.repeat(32_766))
    assert.deepEqual(await refusalOf(sent(`${most} `)), [413, 'too-large'])
    const announced = sent('[]', undefined, { 'content-length': '32769' })
    assert.deepEqual(await refusalOf(announced), [413, 'too-large'])
    assert.equal(announced.bodyUsed, false)
  })
})

// With halves of characters, and escaped as some programs do it.
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
)
const escaped = (json: string) =>
  json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

describe('An entry that a program sends', () => {
  it('is stored as it was sent, once for each key, or not at all', async (test) => {
    const database = temporaryDatabase(test)
    const store = async (body: string | Uint8Array, idempotencyKey: string) => {
      const entry = await readJson(sent(body as BodyInit), newEntry, 'entry').catch(() => null)
      return entry && addEntry(database, { ...entry, idempotencyKey }, new Date(0))
    }
    const kept = (written: string) => written.replace(/\r\n?/g, '\n').trim()
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        fc.boolean(),
        fc.uuid(),
        async (name, message, isEscaped, key) => {
          const json = JSON.stringify({ name, message })
          const body = isEscaped ? escaped(json) : json
          const stored = await store(body, key)
          assert.deepEqual(await store(body, key), stored)
          if (!stored) return
          assert.deepEqual(stored, { ...stored, name: kept(name), message: kept(message) })
          assert.deepEqual(await findEntry(database, stored.id), stored)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('is told what to change in words of ours, whatever it is', async () => {
    const values = fc.oneof(
      fc.jsonValue(),
      fc.record({ name: fc.jsonValue(), message: fc.jsonValue() }, { requiredKeys: [] }),
    )
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        const { error } = newEntry.safeParse(value)
        if (!error) return
        const { errors = [] } = invalid(422, 'The entry is not valid.', error).details
        assert.ok(errors.length > 0)
        for (const { detail } of errors) {
          assert.match(detail, /^(Please|This|There|Nothing|Send) .+\.$/)
        }
      }),
    )
  })

  it('may have no other fields', async () => {
    const body = '{"name":"A","message":"B","__proto__":{},"id":1}'
    const { errors = [] } = await problemOf(sent(body), newEntry)
    assert.deepEqual(errors.map(({ field }) => field).toSorted(), ['__proto__', 'id'])
  })
})
