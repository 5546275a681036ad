import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { comesFor } from './app.ts'
import { lineOf, requestLog } from './request-log.ts'
import { notesApp } from './test-app.ts'
import { portOf } from './test-support.ts'

const trace = 'ab'.repeat(16)
const traced = { traceparent: `00-${trace}-00f067aa0ba902b7-01` }

function line({ url = '/', status = 200, headers = {}, project = null as string | null }) {
  const [severity, message, facts] = lineOf(
    { method: 'GET', url, headers },
    { ms: 1.5, status },
    project,
  )
  return { severity, message, trace: facts?.['logging.googleapis.com/trace'], facts }
}

describe('A request', () => {
  const logged = async (test: TestContext, url: string, status: number) => {
    const written = test.mock.method(process.stdout, 'write')
    const observe = requestLog(null, () => {})
    const server = createServer((request, response) => {
      comesFor(notesApp(), request)
      observe(request, response)
      response.writeHead(status).end()
    })
    const port = await portOf(test, server.listen(0))
    await (await fetch(`http://127.0.0.1:${port}${url}`)).text()
    await new Promise(setImmediate)
    written.mock.restore()
    return written.mock.calls.filter(({ arguments: [text] }) => `${text}`.includes('httpRequest'))
      .length
  }

  it('is a line of the log', async (test) => {
    assert.equal(await logged(test, '/notes', 200), 1)
  })

  it('of an open page that asks what is new is one only where it fails', async (test) => {
    assert.equal(await logged(test, '/live', 200), 0)
    assert.equal(await logged(test, '/live', 503), 1)
  })
})

describe('The line of a request', () => {
  it('has neither its query nor its headers', () => {
    const headers = { cookie: 'admin=secret', authorization: 'Bearer secret' }
    const written = line({ url: '/notes?token=secret', headers })
    assert.equal(written.message, 'GET /notes 200 in 2 ms')
    assert.doesNotMatch(JSON.stringify(written), /secret/)
  })

  it('says how it went', () => {
    const severities = [200, 404, 499, 503, 500].map((status) => line({ status }).severity)
    assert.deepEqual(severities, ['INFO', 'INFO', 'INFO', 'WARNING', 'ERROR'])
  })

  it('has the trace that Cloud Run gave it, where the project is known', () => {
    assert.equal(line({ headers: traced, project: 'p' }).trace, `projects/p/traces/${trace}`)
    assert.equal(line({ headers: traced }).trace, undefined)
    assert.equal(line({ headers: { traceparent: 'x/y' }, project: 'p' }).trace, undefined)
  })
})
