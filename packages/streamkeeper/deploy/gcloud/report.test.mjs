import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it } from 'node:test'
import { getOnce, mustAnswer } from './report.mjs'

const where = {
  project: 'my-project',
  region: 'europe-west1',
  service: 'visits',
  app: { name: 'visits' },
}
const url = 'https://visits.example'

describe('the address of a service', () => {
  it('is asked by a probe, once where it answers', async () => {
    const { asked, error } = await ask([200])
    assert.equal(error, null)
    assert.deepEqual(asked, [`${url}/health/ready`])
  })

  it('is asked again while it is new', async () => {
    const { asked, error, waits } = await ask([404, 403, 503, 200])
    assert.equal(error, null)
    assert.equal(asked.length, 4)
    assert.deepEqual(waits, [1_000, 2_000, 4_000])
  })

  it('is not asked for ever: a policy that forbids public services is named with the way on', async () => {
    const { error, waits } = await ask([403])
    assert.match(error.message, /visits\.example, where visits-00002-abc serves, answers 403/)
    assert.match(error.message, /run\.managed\.requireInvokerIam.*iam\.allowedPolicyMemberDomains/)
    assert.match(
      error.message,
      /--no-public.*gcloud run services proxy visits --project my-project/s,
    )
    assert.deepEqual(error.done, ['a step'])
    assert.equal(waits.length, 9)
  })

  it('is to answer nobody where the service is not public', async () => {
    for (const status of [403, 401]) {
      assert.equal((await ask([status], { isPublic: false })).error, null)
    }
    const { error } = await ask([200], { isPublic: false })
    assert.match(error.message, /everybody may see it, though --no-public was given/)
    assert.match(error.message, /gcloud run services get-iam-policy visits/)
  })

  it('that answers an error leads to the log', async () => {
    for (const status of [404, 429, 500, 503]) {
      const { error } = await ask([status])
      assert.match(
        error.message,
        /npx streamkeeper logs --project my-project --region europe-west1/,
      )
      assert.doesNotMatch(error.message, /--service/)
    }
    const { error } = await ask([503], { service: 'shop' })
    assert.match(error.message, /npx streamkeeper logs .* --service shop\.$/)
  })

  it('that this machine can not reach fails nothing, and is told', async () => {
    const { error, said } = await ask([null])
    assert.equal(error, null)
    assert.match(said, /could not be asked from here \(no network\): open it in a browser/)
  })

  const closed = [
    [{ 'run.googleapis.com/ingress': 'internal' }, /its ingress is internal/],
    [{ 'run.googleapis.com/iap-enabled': 'true' }, /Identity-Aware Proxy is on/],
    [{ 'run.googleapis.com/default-url-disabled': 'true' }, /it is turned off/],
  ]
  for (const [annotations, why] of closed) {
    it(`is not asked where nobody gets there from outside: ${why.source}`, async () => {
      const { asked, error, said } = await ask([404], {}, annotations)
      assert.deepEqual([error, asked], [null, []])
      assert.match(said, why)
    })
  }
})

describe('asking an address', () => {
  it('takes its own answer, and nothing that it leads to', async () => {
    const server = createServer((_, response) => {
      response.writeHead(302, { location: '/elsewhere' }).end('moved')
    })
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address()
    assert.deepEqual(await getOnce(`http://127.0.0.1:${port}/`), { status: 302 })
    await new Promise((resolve) => server.close(resolve))
    const { status, reason } = await getOnce(`http://127.0.0.1:${port}/`)
    assert.equal(status, null)
    assert.match(reason, /ECONNREFUSED/)
  })
})

async function ask(statuses, options = {}, annotations = {}) {
  const asked = []
  const said = []
  const waits = []
  const means = {
    get: async (url) => {
      asked.push(url)
      const status = statuses[Math.min(asked.length, statuses.length) - 1]
      return { status, reason: 'no network' }
    },
    say: (text) => said.push(text),
    wait: async (ms) => waits.push(ms),
  }
  const all = { ...where, isPublic: true, ...options }
  const error = await mustAnswer(
    { url, annotations },
    'visits-00002-abc',
    all,
    ['a step'],
    means,
  ).then(
    () => null,
    (error) => error,
  )
  return { asked, error, said: said.join('\n'), waits }
}
