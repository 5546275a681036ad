import { postEntry } from './support/api-client.ts'
import { expect, test } from './support/test.ts'

const json = { 'content-type': 'application/json', 'idempotency-key': 'k' }
const entry = JSON.stringify({ name: 'Ada', message: 'Hello' })

test('an entry is answered with its row, and listed', async ({ app }) => {
  const url = `${app.url}/api/entries`
  const created = await fetch(url, { method: 'POST', headers: json, body: entry })
  expect(created.status).toBe(201)
  const row = await created.json()
  expect(row).toEqual({
    id: 1,
    name: 'Ada',
    message: 'Hello',
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  })
  expect(await (await fetch(url)).json()).toEqual({ entries: [row], older: null })
})

test('entries are paged through with a cursor', async ({ app }) => {
  for (let number = 1; number <= 5; number++) await postEntry(app.url, `No. ${number}`)
  const seen: string[] = []
  let older: number | null = 6
  while (older !== null) {
    const answer = await fetch(`${app.url}/api/entries?limit=2&before=${older}`)
    const page = (await answer.json()) as { entries: { message: string }[]; older: number | null }
    seen.push(...page.entries.map(({ message }) => message))
    older = page.older
  }
  expect(seen).toEqual(['No. 5', 'No. 4', 'No. 3', 'No. 2', 'No. 1'])
})

test('the number of visits is told without counting one', async ({ app }) => {
  await fetch(app.url)
  for (const _ of [1, 2]) {
    expect(await (await fetch(`${app.url}/api/visits`)).json()).toEqual({ visits: 1 })
  }
})

test('what is wrong is told as problem details', async ({ app }) => {
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

test('a key that comes with another entry is refused', async ({ app }) => {
  expect(await postEntry(app.url, 'one', 'key')).toBe(201)
  expect(await postEntry(app.url, 'other', 'key')).toBe(422)
})
