import { randomUUID } from 'node:crypto'
import { adminToken, bearer } from './support/admin.ts'
import { postEntry } from './support/api-client.ts'
import { rawRequest } from './support/raw-request.ts'
import { expect, test } from './support/test.ts'

test.use({ token: adminToken })

const json = { 'content-type': 'application/json', 'idempotency-key': 'k' }
/** Of an entry that is new, whatever has been written before. */
const fresh = () => ({ ...json, 'idempotency-key': randomUUID() })
const entry = JSON.stringify({ name: 'Ada', message: 'Hello' })

test('an entry is answered with its row, and listed', async ({ shared: app }) => {
  const url = `${app.url}/api/entries`
  const created = await fetch(url, { method: 'POST', headers: fresh(), body: entry })
  expect(created.status).toBe(201)
  const row = await created.json()
  expect(created.headers.get('location')).toBe(`/api/entries/${row.id}`)
  expect(row).toEqual({
    id: expect.any(Number),
    name: 'Ada',
    message: 'Hello',
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  })
  expect(await (await fetch(url)).json()).toEqual({ entries: [row], older: null })
  expect(await (await fetch(`${url}/${row.id}`)).json()).toEqual(row)
  const head = await fetch(`${url}/${row.id}`, { method: 'HEAD' })
  expect([head.status, await head.text()]).toEqual([200, ''])
})

test('an entry that is hidden or deleted is not there, and its key does not bring it back', async ({
  shared: app,
}) => {
  const url = `${app.url}/api/entries`
  const headers = fresh()
  const send = () => fetch(url, { method: 'POST', headers, body: entry })
  const sent = await send()
  expect(sent.status).toBe(201)
  const own = `${url}/${(await sent.json()).id}`
  const status = async () => (await fetch(own)).status
  const hide = { method: 'PATCH', headers: { ...json, ...bearer }, body: '{"hidden":true}' }
  expect((await fetch(own, hide)).status).toBe(204)
  expect(await status()).toBe(404)
  expect((await fetch(own, { method: 'DELETE', headers: bearer })).status).toBe(204)
  expect(await status()).toBe(404)
  expect((await fetch(own, { method: 'DELETE', headers: bearer })).status).toBe(404)
  const again = await send()
  expect(again.status).toBe(410)
  expect(await again.json()).toMatchObject({ type: 'urn:visits:problem:entry-deleted' })
  expect(await (await fetch(url)).json()).toEqual({ entries: [], older: null })
})

test('a text comes back as it was sent, or is refused', async ({ shared: app }) => {
  const url = `${app.url}/api/entries`
  const send = (body: string | Buffer, key: string, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: 'POST',
      headers: { ...json, 'idempotency-key': key, ...headers },
      body: typeof body === 'string' ? body : new Uint8Array(body),
    })
  const text = '\u200fe\u0301 🙂\ttab\u2028 שלום \u{1f468}\u200d\u{1f469}'
  const body = `\ufeff${JSON.stringify({ name: 'Ada', message: `\ufeff ${text}\r\nend\r\n` })}`
  const rows = []
  for (const _ of [1, 2]) {
    const answer = await send(body, 'kept')
    expect(answer.status).toBe(201)
    rows.push(await answer.json())
  }
  expect(rows[0]).toMatchObject({ message: `${text}\nend` })
  expect(rows[1]).toEqual(rows[0])
  for (const [status, sent, headers] of [
    [422, '{"name":"Ada","message":"hi \\ud83d"}'],
    [422, '{"name":"\\u200b\\u3164","message":"hi"}'],
    [422, '{"name":"Ada","message":"\\u2800"}'],
    [422, '{"name":"Ada","message":"a\\u0000b"}'],
    [400, Buffer.from('{"name":"Ada","message":"caf\xe9"}', 'latin1')],
    [400, '{"name":"Ada","message":"a","message":"b"}'],
    [422, '{"name":"Ada","message":"a","mail":"b"}'],
    [415, entry, { 'content-type': 'application/jsonp' }],
    [415, entry, { 'content-type': 'application/json; charset=iso-8859-1' }],
    [415, entry, { 'content-encoding': 'gzip' }],
  ] as [number, string | Buffer, Record<string, string>?][]) {
    for (const _ of [1, 2]) {
      const answer = await send(sent, `${sent}`.replace(/[^!-~]/g, ''), headers)
      expect(answer.status, `${sent}`).toBe(status)
      expect(answer.headers.get('content-type')).toBe('application/problem+json')
      expect(await answer.text()).not.toContain('Invalid')
    }
  }
  const { entries } = (await (await fetch(url)).json()) as { entries: unknown[] }
  expect(entries).toHaveLength(1)
})

test('what is not there, and what can not be done, is a problem document', async ({
  shared: app,
}) => {
  for (const [method, path, status, allow] of [
    ['GET', '/api', 404],
    ['GET', '/api/', 404],
    ['GET', '/api/nothing', 404],
    ['POST', '/api/nothing', 404],
    ['OPTIONS', '/api/nothing', 404],
    ['GET', '/api//entries', 404],
    ['GET', '/api/entries/1', 404],
    ['GET', '/api/entries/01', 404],
    ['GET', '/api/entries/1e0', 404],
    ['GET', '/api/entries/9007199254740993', 404],
    ['GET', '/api/entries/%zz', 400],
    ['GET', '/api/entries/%31?a=b', 400],
    ['GET', '/api/visits?a=b', 400],
    ['PUT', '/api/entries', 405, 'GET, HEAD, POST, OPTIONS'],
    ['POST', '/api/entries/1', 405, 'GET, HEAD, PATCH, DELETE, OPTIONS'],
    ['TRACE', '/api/entries', 405, 'GET, HEAD, POST, OPTIONS'],
    ['DELETE', '/api/visits', 405, 'GET, HEAD, POST, OPTIONS'],
  ] as [string, string, number, string?][]) {
    const headers = { accept: 'text/html', ...bearer }
    const answer = await rawRequest(app.url, path, { method, headers })
    expect(answer.status, `${method} ${path}`).toBe(status)
    expect(answer.headers['content-type'], `${method} ${path}`).toBe('application/problem+json')
    expect(answer.headers.allow, `${method} ${path}`).toBe(allow)
  }
  for (const path of ['/api/entries', '/api/entries/1', '/api/visits']) {
    const answer = await rawRequest(app.url, path, { method: 'OPTIONS' })
    expect(answer.status, path).toBe(204)
    expect(answer.headers.allow?.split(', '), path).toContain('HEAD')
    expect((await rawRequest(app.url, path, { method: 'HEAD' })).body).toBe('')
  }
})

test('entries are paged through with a cursor', async ({ shared: app }) => {
  for (let number = 1; number <= 5; number++) await postEntry(app.url, `No. ${number}`)
  const seen: string[] = []
  let older: number | null = Number.MAX_SAFE_INTEGER
  while (older !== null) {
    const answer = await fetch(`${app.url}/api/entries?limit=2&before=${older}`)
    const page = (await answer.json()) as { entries: { message: string }[]; older: number | null }
    seen.push(...page.entries.map(({ message }) => message))
    older = page.older
  }
  expect(seen).toEqual(['No. 5', 'No. 4', 'No. 3', 'No. 2', 'No. 1'])
})

test('the number of visits is told without counting one', async ({ shared: app }) => {
  const said = await (await fetch(app.url)).text()
  const visits = Number(/visited (\d+) time/.exec(said)?.[1])
  for (const _ of [1, 2]) {
    const answer = await fetch(`${app.url}/api/visits`)
    expect(await answer.json()).toEqual({ visits, today: visits })
  }
})

test('what is wrong is told as problem details', async ({ shared: app }) => {
  const tooLong = JSON.stringify({ name: 'Ada', message: 'x'.repeat(1001) })
  for (const [what, path, request, status, type] of [
    [
      'no key',
      '',
      { headers: { 'content-type': 'application/json' }, body: entry },
      400,
      'no-idempotency-key',
    ],
    ['no JSON', '', { headers: json, body: '{' }, 400, 'not-json'],
    [
      'a form',
      '',
      { headers: { ...json, 'content-type': 'text/plain' }, body: entry },
      415,
      'not-json',
    ],
    [
      'too large',
      '',
      { headers: json, body: JSON.stringify('x'.repeat(40_000)) },
      413,
      'too-large',
    ],
    ['too long', '', { headers: json, body: tooLong }, 422, 'invalid'],
    ['no entry', '', { headers: json, body: 'null' }, 422, 'invalid'],
    ['a query', '?before=x', undefined, 400, 'invalid'],
    ['another query', '?limit=101', undefined, 400, 'invalid'],
    ['a number in another way', '?limit=1e1', undefined, 400, 'invalid'],
    ['a number twice', '?limit=1&limit=1', undefined, 400, 'invalid'],
    ['an unknown query', '?page=2', undefined, 400, 'invalid'],
    ['a query where none is', '?x=1', { headers: json, body: entry }, 400, 'invalid'],
  ] as [string, string, RequestInit | undefined, number, string][]) {
    const answer = await fetch(
      `${app.url}/api/entries${path}`,
      request && { method: 'POST', ...request },
    )
    expect(answer.status, what).toBe(status)
    expect(answer.headers.get('content-type'), what).toBe('application/problem+json')
    expect(await answer.json(), what).toMatchObject({
      status,
      type: `urn:visits:problem:${type}`,
      title: expect.any(String),
      detail: expect.any(String),
    })
  }
  expect(await (await fetch(`${app.url}/api/entries`)).json()).toEqual({ entries: [], older: null })
})

test('a key that comes with another entry is refused', async ({ shared: app }) => {
  const key = randomUUID()
  expect(await postEntry(app.url, 'one', key)).toBe(201)
  expect(await postEntry(app.url, 'other', key)).toBe(422)
})
