import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lineOf } from './request-log.ts'

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

describe('The line of a request', () => {
  it('has neither its query nor its headers', () => {
    const headers = { cookie: 'admin=secret', authorization: 'Bearer secret' }
    const written = line({ url: '/guestbook?token=secret', headers })
    assert.equal(written.message, 'GET /guestbook 200 in 2 ms')
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
