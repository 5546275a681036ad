import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as ask, type IncomingMessage } from 'node:http'
import { buffer, text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import type { ProblemDetails, Refusal } from 'streamkeeper/config'
import { formLimitBytes } from './body.ts'
import { refuse } from './refuse.ts'
import { serve } from './test-server.ts'

const key = 'd84a4ed4-9d4d-4a5a-a2a7-1dc1cbb5b8a2'
const written = { key, name: 'Ada', message: 'Two\nlines, <b>no markup</b> & "quotes"' }
const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const busy: ProblemDetails = {
  ...{ status: 503, type: 'lease-held', title: 'Operators know.', detail: 'gs://bucket' },
  retryAfter: 5,
}

async function start(
  test: TestContext,
  problem: ProblemDetails = busy,
  { code = problem.type, words = { title: 'One & moment.', detail: 'Come back.' } } = {},
) {
  const url = await serve(test, (request, response) => {
    request.headers['content-security-policy'] = "script-src 'nonce-own'"
    const refusal: Refusal = { problem, words, code, body: () => bodyOf(request) }
    if (!refuse(request, response, refusal)) response.end('for programs')
  })
  return {
    url,
    get: (path: string, headers: Record<string, string> = html) => fetch(url + path, { headers }),
    post: (path: string, body: BodyInit, headers: Record<string, string> = html) =>
      fetch(url + path, { method: 'POST', headers, body }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | null> {
  const body = await buffer(request)
  return body.length > formLimitBytes ? null : body
}

const sign = new URLSearchParams(written)

/** The fields of the form that a page shows, as a browser would send them. */
function filledIn(page: string): Record<string, string> {
  const inputs = page.matchAll(/<input\b[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"/g)
  const areas = page.matchAll(/<textarea\b[^>]*? name="([^"]+)"[^>]*>\n([^<]*)<\/textarea>/g)
  const plain = (value = '') =>
    ['lt <', 'gt >', 'quot "', 'amp &'].reduce((text, pair) => {
      const [name, character = ''] = pair.split(' ')
      return text.replaceAll(`&${name};`, character)
    }, value)
  return Object.fromEntries([...inputs, ...areas].map(([, name, value]) => [name, plain(value)]))
}

describe('A form that is refused', () => {
  for (const [what, body] of [
    ['urlencoded', sign],
    [
      'of parts',
      Object.entries(written).reduce((form, [name, value]) => {
        form.set(name, value)
        return form
      }, new FormData()),
    ],
  ] as const) {
    it(`is shown again as it was filled in: ${what}`, async (test) => {
      const { post } = await start(test)
      const answer = await post('/guestbook/sign', body)
      assert.equal(answer.status, 503)
      assert.equal(answer.headers.get('retry-after'), '5')
      assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8')
      const page = await answer.text()
      const fields = filledIn(page)
      assert.deepEqual({ ...fields, message: fields.message?.replaceAll('\r\n', '\n') }, written)
      assert.match(page, /<form action="\/guestbook\/sign" method="post"/)
      assert.match(page, /<h1>Nothing was saved\.<\/h1>/)
      assert.match(page, /nonce="own"/)
    })
  }

  it('never renews itself, and has no words for operators', async (test) => {
    const { post } = await start(test)
    const answer = await post('/guestbook/sign', sign)
    assert.equal(answer.headers.get('refresh'), null)
    assert.doesNotMatch(await answer.text(), /http-equiv|gs:\/\/|Operators/)
  })

  it('is one that comes while the server starts, too', async (test) => {
    const { post } = await start(test, { ...busy, type: 'starting' })
    const page = await (await post('/guestbook/sign', sign)).text()
    assert.equal(filledIn(page).name, 'Ada')
    assert.match(page, /just starting/)
    assert.doesNotMatch(page, /http-equiv/)
  })

  for (const [problem, words] of [
    [{ status: 429, type: 'too-many', retryAfter: 42 }, /again in 42 seconds/],
    [{ status: 403, type: 'cross-site', detail: 'Why.' }, /What\. Why\./],
    [{ status: 503, type: 'preview', retryAfter: 5 }, /only shows a copy/],
    [{ status: 503, type: 'older-release', retryAfter: 5 }, /A newer release/],
    [{ status: 503, type: 'bucket-unreachable', retryAfter: 5 }, /can not save anything just now/],
    [{ status: 500, type: 'failed' }, /can not save anything just now/],
    [{ status: 404, type: 'not-found' }, /nothing at the address/],
    [{ status: 405, type: 'wrong-method' }, /of an older release/],
  ] as const) {
    it(`says what happened: ${problem.type}`, async (test) => {
      const { post } = await start(test, { title: 'What.', detail: 'gs://bucket', ...problem })
      const answer = await post('/guestbook/sign', sign)
      assert.equal(answer.status, problem.status)
      const page = await answer.text()
      assert.match(page, words)
      assert.doesNotMatch(page, /gs:/)
      assert.equal(filledIn(page).name, 'Ada')
    })
  }

  it('is not said to have changed nothing where nobody knows', async (test) => {
    const { post } = await start(test, { ...busy, type: 'writer-away' })
    const page = await (await post('/guestbook/sign', sign)).text()
    assert.match(page, /not confirmed yet.*only once/s)
    assert.doesNotMatch(page, /Nothing was/)
  })

  it('shows no secret again', async (test) => {
    const { post } = await start(test)
    const body = new URLSearchParams({ token: 'the-secret', to: '/status' })
    const page = await (await post('/sign-in/session', body)).text()
    assert.doesNotMatch(page, /the-secret/)
    assert.deepEqual(filledIn(page), { to: '/status' })
    assert.match(page, /type="password"/)
  })

  it('is a button again', async (test) => {
    const { post } = await start(test)
    const body = new URLSearchParams({ id: '7', before: '9', change: 'delete' })
    const page = await (await post('/admin/change', body)).text()
    assert.deepEqual(filledIn(page), { id: '7', before: '9' })
    assert.match(page, /<button type="submit" name="change" value="delete">Delete entry 7</)
  })

  it('of another site is none of our buttons, and brings no key that it knows', async (test) => {
    const { post } = await start(test, { ...busy, status: 403, type: 'cross-site' })
    const change = new URLSearchParams({ id: '7', before: '', change: 'delete' })
    assert.doesNotMatch(await (await post('/admin/change', change)).text(), /<form/)
    const fields = filledIn(await (await post('/guestbook/sign', sign)).text())
    assert.match(fields.key ?? '', /^[0-9a-f-]{36}$/)
    assert.notEqual(fields.key, key)
  })

  it('is known by its fields where its page is of a release without these addresses', async (test) => {
    const { post } = await start(test, { ...busy, status: 405, type: 'wrong-method' })
    const page = await (await post('/guestbook', new URLSearchParams(written))).text()
    assert.match(page, /<form action="\/guestbook\/sign"/)
    assert.equal(filledIn(page).key, key)
    assert.doesNotMatch(await (await post('/x', new URLSearchParams({ a: 'b' }))).text(), /<form/)
  })

  it('says that what was sent is gone where it is too large, to who sends all of it', async (test) => {
    const { post } = await start(test, { ...busy, status: 413, type: 'too-large' })
    const body = new URLSearchParams({ ...written, message: 'x'.repeat(4 * formLimitBytes) })
    const answer = await post('/guestbook/sign', body)
    assert.equal(answer.status, 413)
    assert.match(await answer.text(), /shorten it.*could not be kept here.*go back one page/s)
  })

  it('is read to its end, however slowly it comes', async (test) => {
    const { url } = await start(test)
    const body = sign.toString()
    const sent = ask(`${url}/guestbook/sign`, {
      method: 'POST',
      headers: {
        ...{ ...html, 'content-type': 'application/x-www-form-urlencoded' },
        'content-length': body.length,
      },
    })
    sent.write(body.slice(0, 60))
    setTimeout(() => sent.end(body.slice(60)), 50)
    const [answer] = await once(sent, 'response')
    assert.deepEqual(filledIn(await text(answer)).name, 'Ada')
  })

  it('is a problem to the script of a page, which has what was written', async (test) => {
    const { post } = await start(test)
    const answer = await post('/guestbook/sign', sign, { accept: 'application/json' })
    assert.equal(answer.status, 503)
    assert.equal(answer.headers.get('retry-after'), '5')
    assert.deepEqual(await answer.json(), {
      type: 'urn:visits:problem:lease-held',
      status: 503,
      title: 'Nothing was saved.',
      detail: 'Another server takes over at this moment. Please send it again in a moment.',
    })
  })

  it('is text to a program that takes no page', async (test) => {
    const { post } = await start(test)
    const answer = await post('/guestbook/sign', sign, { accept: '*/*' })
    assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8')
    assert.doesNotMatch(await answer.text(), /<|Ada/)
  })

  it('is no form of a page where it is sent to the API, or as something else', async (test) => {
    const { post } = await start(test)
    assert.equal(await (await post('/api/entries', sign)).text(), 'for programs')
    const other = await post('/guestbook/sign', '{}', { ...html, 'content-type': 'text/plain' })
    assert.doesNotMatch(await other.text(), /<form/)
  })
})

describe('A page that can not be shown', () => {
  it('says so in the looks of the app, and leads on', async (test) => {
    const { get } = await start(test, { ...busy, status: 404, type: 'not-found' })
    const answer = await get('/nothing')
    assert.equal(answer.status, 404)
    assert.equal(answer.headers.get('vary'), 'accept, user-agent')
    const page = await answer.text()
    assert.match(page, /<h1>One &amp; moment\.<\/h1>.*<p>Come back\.<\/p>.*href="\/guestbook"/s)
    assert.match(page, /nonce="own"/)
    assert.doesNotMatch(page, /http-equiv|Operators/)
  })

  for (const type of ['unavailable', 'starting']) {
    it(`asks again by itself while it is ${type}`, async (test) => {
      const { get, post } = await start(test, { ...busy, type }, { code: 'lease-held' })
      const answer = await get('/')
      assert.equal(answer.headers.get('retry-after'), '5')
      assert.match(await answer.text(), /http-equiv="refresh" content="5".*asks again by itself/s)
      // What was sent would be lost.
      const sent = await post('/', '{}', { ...html, 'content-type': 'text/plain' })
      assert.doesNotMatch(await sent.text(), /http-equiv|again by itself/)
    })
  }

  it('is a line of text to a program that takes anything', async (test) => {
    const { get } = await start(test)
    const answer = await get('/', { accept: '*/*', 'user-agent': 'curl/8.5.0' })
    assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8')
    assert.equal(await answer.text(), 'One & moment. Come back.\n')
  })
})
