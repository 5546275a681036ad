import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request as send } from 'node:http'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import type { Config } from '../config.ts'
import { App, comesFor } from './app.ts'
import { refuse } from './refuse.ts'
import { portOf } from './test-support.ts'
import { answerUnavailable } from './unavailable.ts'

const problem = {
  ...{ status: 429, type: 'too-many', title: 'There were <too> many.', detail: 'Come back.' },
  retryAfter: 5,
}
const html = { accept: 'text/html,*/*;q=0.8' }

async function start(test: TestContext, config: Partial<Config> = {}, answer = refuse) {
  const app = new App({ name: 'notes', ...config })
  const server = createServer((request, response) => {
    comesFor(app, request)
    answer(request, response, problem)
  }).listen(0)
  const url = `http://127.0.0.1:${await portOf(test, server)}`
  return (path = '/', init: RequestInit = { headers: html }) => fetch(url + path, init)
}

describe('A request that is refused', () => {
  it('is answered with a plain page that needs nothing else', async (test) => {
    const ask = await start(test)
    const answer = await ask()
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '5'])
    assert.equal(answer.headers.get('content-type'), 'text/html; charset=utf-8')
    const page = await answer.text()
    assert.match(page, /<h1>There were &lt;too&gt; many\.<\/h1>\n<p>Come back\.<\/p>/)
    assert.doesNotMatch(page, /<(script|style|link|a) /)
  })

  it('is cut off where the app fails with half of an answer sent', async (test) => {
    const ask = await start(test, {
      refuse(_, response) {
        response.writeHead(429)
        response.write('half')
        throw new Error('oh')
      },
    })
    await assert.rejects(async () => (await ask()).text())
  })

  it('is asked again by itself, but where what was sent would be lost', async (test) => {
    const ask = await start(test)
    const renewed = /<meta http-equiv="refresh" content="5">/
    assert.match(await (await ask()).text(), renewed)
    const posted = await ask('/', { method: 'POST', headers: html, body: 'a=b' })
    assert.doesNotMatch(await posted.text(), renewed)
  })

  it('is answered in words where no page is taken, and in JSON where that is', async (test) => {
    const ask = await start(test)
    for (const [path, accept, type] of [
      ['/', '*/*', 'text/plain; charset=utf-8'],
      ['/', 'text/plain', 'text/plain; charset=utf-8'],
      ['/', 'application/json', 'application/problem+json'],
      ['/api/notes', 'text/html', 'application/problem+json'],
    ] as const) {
      const answer = await ask(path, { headers: { accept } })
      assert.equal(answer.headers.get('content-type'), type, `${path} ${accept}`)
      assert.match(await answer.text(), /Come back\./)
    }
  })

  it('names its problem by the name of the app', async (test) => {
    const ask = await start(test)
    assert.equal((await (await ask('/api')).json()).type, 'urn:notes:problem:too-many')
  })
})

describe('An app that refuses in its own looks', () => {
  it('is told what programs are, and what people are', async (test) => {
    const starting: typeof refuse = (request, response) => {
      const held = { code: 'lease-held', message: 'revision 7 has it' }
      answerUnavailable(request, response, held, true)
    }
    const refuseOwn: Config['refuse'] = (_, response, { problem, words, code }) => {
      response.end([problem.type, problem.detail, words.detail, code].join(' | '))
      return true
    }
    const ask = await start(test, { refuse: refuseOwn }, starting)
    const words = 'Another server is just handing over to this one.'
    assert.equal(await (await ask()).text(), `starting | revision 7 has it | ${words} | lease-held`)
  })

  it('leaves to the machine what it does not answer, and what it fails at', async (test) => {
    const fail = () => {
      throw new Error('oh')
    }
    for (const refuseOwn of [() => false, fail]) {
      const ask = await start(test, { refuse: refuseOwn })
      assert.match(await (await ask()).text(), /<h1>There were/)
    }
  })

  const echo: Partial<Config> = {
    bodyLimits: { forms: 1_000 },
    refuse: (_, response, { body }) => {
      body().then((sent) => response.end(String(sent)))
      return true
    },
  }

  it('may have what was sent, however slowly it comes', async (test) => {
    const ask = await start(test, echo)
    const { url } = await ask()
    const sent = send(url, { method: 'POST', headers: { 'content-length': 6 } })
    sent.write('one')
    setTimeout(() => sent.end('two'), 50)
    const [answer] = await once(sent, 'response')
    assert.equal(await text(answer), 'onetwo')
  })

  it('is given nothing of a body that is longer than a form may be', async (test) => {
    const ask = await start(test, echo)
    const post = (bytes: number) => ask('/', { method: 'POST', body: 'x'.repeat(bytes) })
    assert.equal((await (await post(1_000)).text()).length, 1_000)
    assert.equal(await (await post(4_000)).text(), 'null')
  })
})
