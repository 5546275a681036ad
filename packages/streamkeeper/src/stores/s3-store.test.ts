import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, before, describe, it, type TestContext } from 'node:test'
import { temporaryFolder } from '../litestream/test-support.ts'
import { S3Server } from '../test-tools/s3-server.ts'
import type { S3Settings } from './s3-settings.ts'
import { S3Store } from './s3-store.ts'

/** What happens to a request instead of its answer. */
type Fault = (send: () => Promise<Response>) => Promise<Response>

const neverArrives: Fault = () => Promise.reject(new TypeError('fetch failed'))
const answerIsLost: Fault = async (send) => {
  await send()
  throw new TypeError('fetch failed')
}
const none: Fault = (send) => send()
const answers =
  (status: number, body = '', headers = {}): Fault =>
  async () =>
    new Response(body, { status, headers })
const refuses = (status: number, code: string, message = 'No.'): Fault =>
  answers(
    status,
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
  )

let s3: S3Server
before(async () => {
  s3 = await S3Server.start()
})
after(() => s3[Symbol.asyncDispose]())

type Options = Partial<ConstructorParameters<typeof S3Store>[1]>

/** Two stores of one path; the requests of the first meet the faults, one each. */
async function scene(options: Options = {}) {
  const url = s3.emptyUrl()
  const faults: Fault[] = []
  const requests: Request[] = []
  const store = new S3Store(url, {
    settings: s3.settings,
    pause: async () => {},
    fetch: (input, init) => {
      requests.push(new Request(input, init))
      return (faults.shift() ?? none)(() => fetch(input, init))
    },
    ...options,
  })
  const other = new S3Store(url, { settings: s3.settings })
  const content = async () => (await other.read('lease.json'))?.body
  const proven = async () => {
    await store.proveConditions()
    requests.length = 0
  }
  return { url, store, other, content, faults, requests, proven }
}

const megabyte = 1024 ** 2
const from = 'epoch-00000001/ltx/0/a.ltx'
const to = 'epoch-00000002/ltx/0/a.ltx'

describe('A store that speaks S3', () => {
  it('asks once when all is well, but for the proof before its first write', async () => {
    const { store, requests, proven } = await scene()
    await proven()
    const written = await store.write('lease.json', 'mine', null)
    assert.ok(written.outcome === 'written')
    await store.read('lease.json')
    await store.write('lease.json', 'again', written.generation)
    assert.equal(requests.length, 3)
  })

  it("has Litestream's files where Litestream puts them there", async () => {
    const { store, requests, proven } = await scene()
    await proven()
    for (const name of ['ltx/1/a', 'epoch-00000001/ltx/9/b', 'generations/c/ltx/1/d']) {
      await store.bytes(name)
    }
    const keys = requests.map(({ url }) => /\/app\/(.*)$/.exec(url)?.[1])
    assert.deepEqual(keys, ['0001/a', 'epoch-00000001/0009/b', 'generations/c/ltx/1/d'])
  })

  it('names the bucket in the host where it is asked to, unless the certificate is not for that', async () => {
    const seen: string[] = []
    const settings: S3Settings = {
      ...{ endpoint: 'https://s3.example', region: 'auto', isPathStyle: false },
      keys: { accessKeyId: 'id', secretAccessKey: 'secret' },
    }
    for (const bucket of ['visits', 'visits.example']) {
      const store = new S3Store(`s3://${bucket}/app`, {
        settings,
        fetch: async (input) => {
          seen.push(String(input))
          return new Response('<Code>NoSuchKey</Code>', { status: 404 })
        },
      })
      await store.read('lease.json')
    }
    assert.deepEqual(seen, [
      'https://visits.s3.example/app/lease.json',
      'https://s3.example/visits.example/app/lease.json',
    ])
  })

  it('takes a concurrent write for the conflict that it is', async () => {
    const { store, faults, proven } = await scene()
    await proven()
    for (const [status, code] of [
      [409, 'ConditionalRequestConflict'],
      [412, 'PreconditionFailed'],
      [404, 'NoSuchKey'],
    ] as const) {
      faults.push(refuses(status, code))
      assert.deepEqual(await store.write('lease.json', 'mine', '"tag"'), { outcome: 'conflict' })
    }
  })

  it('settles a write whose answer was lost by what is there', async () => {
    const { store, content, faults, proven } = await scene()
    await proven()
    faults.push(answerIsLost)
    const first = await store.write('lease.json', 'mine', null)
    assert.ok(first.outcome === 'written')
    faults.push(neverArrives)
    assert.equal((await store.write('lease.json', 'again', first.generation)).outcome, 'written')
    assert.equal(await content(), 'again')
  })

  it('waits where the store is busy, and says so when it gives up', async () => {
    const { store, faults } = await scene()
    faults.push(refuses(503, 'SlowDown'), answers(500), answers(429))
    assert.equal(await store.read('lease.json'), null)
    const busy = await scene({ totalMs: 50, pause: undefined as never })
    busy.faults.push(...Array(20).fill(refuses(503, 'SlowDown')))
    await assert.rejects(busy.store.read('lease.json'), {
      code: 'bucket-busy',
      message: /The store/,
    })
  })

  for (const [what, fault, code] of [
    ['a missing user', refuses(404, 'NoSuchUser'), 'bucket-refuses'],
    ['a missing bucket', refuses(404, 'NoSuchBucket'), 'bucket-missing'],
    ['a page of a server in between', answers(404, '<html>Not found'), 'bucket-garbled'],
    ['nothing', answers(404), 'bucket-garbled'],
  ] as const) {
    it(`takes a 404 for one of the object only where it says so: ${what}`, async () => {
      const { store, faults, proven } = await scene()
      await proven()
      const calls: ((name: string) => Promise<unknown>)[] = [
        (name) => store.read(name),
        (name) => store.bytes(name),
        (name) => store.peek(name),
        (name) => store.write(name, 'mine', '"tag"'),
      ]
      for (const call of calls) {
        faults.push(fault)
        await assert.rejects(call('lease.json'), { code })
      }
    })
  }

  for (const [what, change] of [
    ['weak, as by a proxy that compresses', (tag: string) => `W/${tag}`],
    ['without quotes', (tag: string) => tag.replaceAll('"', '')],
  ] as const) {
    it(`knows an ETag again that is ${what}`, async () => {
      const { url, store, faults, proven } = await scene()
      await proven()
      const changed: Fault = async (send) => {
        const answer = await send()
        const headers = new Headers(answer.headers)
        headers.set('etag', change(headers.get('etag') ?? ''))
        return new Response(await answer.text(), { status: answer.status, headers })
      }
      const written = await store.write('lease.json', 'mine', null)
      faults.push(changed)
      const read = await store.read('lease.json')
      assert.ok(read && written.outcome === 'written')
      assert.equal(read.generation, written.generation)
      faults.push(changed)
      const again = await store.write('lease.json', 'again', read.generation)
      assert.ok(again.outcome === 'written')
      assert.equal((await store.write('lease.json', 'last', again.generation)).outcome, 'written')
      await s3.put(`${url}/${from}`, Buffer.from('content'))
      faults.push(async (send) => {
        const { status, headers } = await changed(send)
        return new Response(null, { status, headers })
      })
      assert.equal(await store.copy(from, to), true)
    })
  }

  it('takes no success without an ETag for one', async () => {
    const { store, faults, proven } = await scene()
    await proven()
    faults.push(answers(200))
    await assert.rejects(store.write('lease.json', 'mine', null), { code: 'bucket-garbled' })
  })
})

describe('A list of a store that speaks S3', () => {
  const page = (content: string) => `<ListBucketResult>${content}</ListBucketResult>`
  for (const [what, body] of [
    ['a page of HTML', '<!doctype html><title>Sign in</title>'],
    ['nothing', ''],
    ['half of an answer', '<ListBucketResult><IsTruncated>false</IsTruncated><Contents><Key>a</K'],
    ['an answer that does not say whether there is more', page('')],
    ['one that does not say what follows', page('<IsTruncated>true</IsTruncated>')],
    [
      'an object without a key',
      page(
        '<IsTruncated>false</IsTruncated><Contents><Size>7</Size><LastModified>2026-01-02T12:00:09.500Z</LastModified></Contents>',
      ),
    ],
    [
      'an object without a size',
      page('<IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents>'),
    ],
  ] as const) {
    it(`is never taken for one of no objects: ${what}`, async () => {
      const { store, faults } = await scene()
      faults.push(answers(200, body))
      await assert.rejects(store.list('epoch-'), { code: 'bucket-garbled' })
    })
  }

  it('is understood where the store knows no encoding of keys', async () => {
    const { store, url, faults } = await scene()
    const key = `${url.slice('s3://test/'.length)}/a+&amp;%20&#xD;&#228;`
    const object = `<Key>${key}</Key><Size>7</Size><LastModified>2026-01-02T12:00:09.500Z</LastModified>`
    const tag = '<ETag>&quot;5d41402abc4b2a76b9719d911017c592&quot;</ETag>'
    faults.push(
      answers(200, page(`<IsTruncated>false</IsTruncated><Contents>${object}${tag}</Contents>`)),
    )
    const at = Date.parse('2026-01-02T12:00:09.500Z')
    assert.deepEqual(await store.list(''), [
      { name: 'a+&%20\r\u00e4', size: 7, at, checksum: '5d41402abc4b2a76b9719d911017c592' },
    ])
  })

  it('asks for nothing that comes before the first that is wanted', async () => {
    const { store, requests } = await scene()
    await store.list('ltx/0/', 'ltx/0/000000000000000b')
    const [request] = requests
    const after = new URL(request?.url ?? '').searchParams.get('start-after')
    assert.match(after ?? '', /\/app\/0000\/000000000000000$/)
  })

  it('does not show the proof that writes are conditional', async () => {
    const { store } = await scene()
    await store.proveConditions()
    assert.deepEqual(await store.list(''), [])
    await store.remove('')
  })
})

describe('A copy inside a store that speaks S3', () => {
  const at = new Date('2026-01-02T12:00:00.250Z')

  for (const [how, copy] of [
    ['at once', undefined],
    ['in parts', { most: megabyte, part: 5 * megabyte }],
  ] as const) {
    it(`keeps the content, and the time that Litestream has noted: ${how}`, async () => {
      const { url, store, requests } = await scene(copy ? { copy } : {})
      const content = Buffer.alloc(12 * megabyte, 'content')
      await s3.put(`${url}/${from}`, content, at)
      assert.equal(await store.copy(from, to), true)
      assert.deepEqual(
        requests.map(({ body }) => body === null).includes(false),
        how === 'in parts',
      )
      assert.ok((await store.bytes(to))?.equals(content))
      const [made] = await store.details(await store.list(to))
      const [source] = await store.list(from)
      assert.ok(made && source)
      assert.deepEqual([made.at, made.size], [at.getTime(), content.length])
      assert.equal(made.checksum, source.checksum)
    })
  }

  it('is made in parts of a large object, so that each request is answered in its time', async () => {
    const { url, store, requests } = await scene()
    await s3.put(`${url}/${from}`, Buffer.alloc(33 * megabyte))
    assert.equal(await store.copy(from, to), true)
    const ranges = requests.flatMap(({ headers }) => headers.get('x-amz-copy-source-range') ?? [])
    assert.deepEqual(ranges.toSorted(), [
      `bytes=0-${32 * megabyte - 1}`,
      `bytes=${32 * megabyte}-${33 * megabyte - 1}`,
    ])
  })

  for (const size of [1, 6 * megabyte]) {
    it(`is none of an object that was replaced meanwhile, of ${size} bytes`, async () => {
      const { url, store, faults } = await scene({
        copy: { most: 5 * megabyte, part: 5 * megabyte },
      })
      await s3.put(`${url}/${from}`, Buffer.alloc(size, 'old'))
      faults.push(async (send) => {
        const answer = await send()
        await s3.put(`${url}/${from}`, Buffer.alloc(size, 'new'))
        return answer
      })
      assert.equal(await store.copy(from, to), false)
      assert.equal(await store.bytes(to), null)
    })
  }

  it('is known for one of an object that was uploaded in parts', async () => {
    const { url, store, other } = await scene()
    // A copy in parts is an object in parts.
    const parts = new S3Store(url, {
      settings: s3.settings,
      copy: { most: megabyte, part: 5 * megabyte },
    })
    await s3.put(`${url}/first`, Buffer.alloc(6 * megabyte))
    await parts.copy('first', from)
    assert.equal(await store.copy(from, to), true)
    const [source] = await other.list(from)
    const [listed] = await other.list(to)
    assert.match(source?.checksum ?? '', /-2$/)
    assert.notEqual(listed?.checksum, source?.checksum)
    const [made] = await other.details(listed ? [listed] : [])
    assert.equal(made?.checksum, source?.checksum)
  })

  it('is made again where a failure came under the status of a success', async () => {
    const { url, store, faults, requests } = await scene()
    await s3.put(`${url}/${from}`, Buffer.from('content'))
    faults.push(none, refuses(200, 'InternalError'), answerIsLost)
    assert.equal(await store.copy(from, to), true)
    assert.equal(requests.length, 4)
    assert.equal((await store.bytes(to))?.toString(), 'content')
  })

  it('is none of what was removed or replaced meanwhile, whatever its size', async () => {
    const { url, store, faults } = await scene({ copy: { most: 1, part: 5 * megabyte } })
    for (const status of [404, 412]) {
      await s3.put(`${url}/${from}`, Buffer.from('content'))
      faults.push(none, none, refuses(status, 'NoSuchKey'))
      assert.equal(await store.copy(from, to), false)
    }
    const small = await scene()
    await s3.put(`${small.url}/${from}`, Buffer.from('content'))
    small.faults.push(none, refuses(412, 'PreconditionFailed'))
    assert.equal(await small.store.copy(from, to), false)
  })

  it('leaves no parts behind where it fails', async () => {
    const { url, store, faults, requests } = await scene({ copy: { most: 1, part: 5 * megabyte } })
    await s3.put(`${url}/${from}`, Buffer.from('content'))
    faults.push(none, none, refuses(403, 'AccessDenied'))
    await assert.rejects(store.copy(from, to), { code: 'permission-denied' })
    assert.deepEqual(
      requests.map(({ method }) => method),
      ['HEAD', 'POST', 'PUT', 'DELETE'],
    )
  })

  for (const body of ['', '<html>Please log in', '<CopyObjectResult></CopyObjectResult>']) {
    it(`is never taken for made where the answer is ${body || 'nothing'}`, async () => {
      const { url, store, faults } = await scene()
      await s3.put(`${url}/${from}`, Buffer.from('content'))
      faults.push(none, answers(200, body))
      await assert.rejects(store.copy(from, to), { code: 'bucket-garbled' })
    })
  }
})

describe('A copy in parts inside a store that speaks S3', () => {
  for (const [what, requestsBefore] of [
    ['begun', 1],
    ['of a part', 2],
    ['completed', 3],
  ] as const) {
    it(`is never taken for ${what} by an answer that does not say so`, async () => {
      const { url, store, faults } = await scene({ copy: { most: 1, part: 5 * megabyte } })
      for (const body of ['', '<html>Please log in']) {
        await s3.put(`${url}/${from}`, Buffer.from('content'))
        faults.push(...Array(requestsBefore).fill(none), answers(200, body))
        await assert.rejects(store.copy(from, to), { code: 'bucket-garbled' })
        faults.length = 0
      }
    })
  }
})

describe('A store whose writes are not conditional', () => {
  const tag = { etag: '"tag"' }
  const noConditions = { code: 'no-conditional-writes', message: /If-Match/ }

  it('is refused before anything is written that others rely on: it ignores If-None-Match', async () => {
    const { store, faults, content } = await scene()
    faults.push(answers(200, '', tag), answers(200, '', tag))
    await assert.rejects(store.write('lease.json', 'mine', null), noConditions)
    assert.equal(await content(), undefined)
  })

  it('is refused where it ignores If-Match alone', async () => {
    const { store, faults } = await scene()
    faults.push(none, none, answers(200, '', tag))
    await assert.rejects(store.proveConditions(), noConditions)
  })

  it('is refused where it says so itself', async () => {
    for (const fault of [refuses(501, 'NotImplemented'), refuses(400, 'InvalidArgument')]) {
      const { store, faults } = await scene()
      faults.push(fault)
      await assert.rejects(store.proveConditions(), noConditions)
    }
  })

  for (const lost of ['if-none-match', 'if-match']) {
    it(`is refused where ${lost}, which is signed, is lost on the way`, async () => {
      const { url } = await scene()
      const store = new S3Store(url, {
        settings: s3.settings,
        fetch: (input, init) => {
          const headers = new Headers(init?.headers)
          headers.delete(lost)
          return fetch(input, { ...init, headers })
        },
      })
      await assert.rejects(store.proveConditions(), {
        code: 'no-conditional-writes',
        detail: new RegExp(`${lost}: .*signature`),
      })
    })
  }

  it('is not what a bucket is that does not accept the keys', async () => {
    const keys = { accessKeyId: 'tests', secretAccessKey: 'another' }
    const store = new S3Store(s3.emptyUrl(), { settings: { ...s3.settings, keys } })
    await assert.rejects(store.proveConditions(), { code: 'credentials-refused' })
  })

  it('is not what a bucket is that does not answer, or refuses', async () => {
    const { store, faults, requests } = await scene()
    faults.push(neverArrives, answers(500), refuses(403, 'AccessDenied'))
    await assert.rejects(store.proveConditions(), { code: 'permission-denied' })
    await store.proveConditions()
    assert.equal(requests.length, 6)
  })

  it('is asked once more by the next instance, which writes nothing', async () => {
    const { url, store, other, requests } = await scene()
    await other.proveConditions()
    await store.proveConditions()
    await store.proveConditions()
    const again = new S3Store(url, { settings: s3.settings })
    await again.proveConditions()
    assert.equal(requests.length, 2)
  })
})

describe('The keys for a store that speaks S3', () => {
  const set = (test: TestContext, variables: Record<string, string>) => {
    for (const [name, value] of Object.entries(variables)) {
      const before = process.env[name]
      process.env[name] = value
      test.after(() => {
        if (before === undefined) delete process.env[name]
        else process.env[name] = before
      })
    }
  }

  it("may be in a file, or wherever else AWS's own chain looks", async (test) => {
    const { accessKeyId, secretAccessKey } = s3.settings.keys ?? assert.fail()
    const file = join(temporaryFolder(test), 'credentials')
    const lines = [
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
    ]
    writeFileSync(file, ['[default]', ...lines].join('\n'))
    set(test, { AWS_SHARED_CREDENTIALS_FILE: file })
    const store = new S3Store(s3.emptyUrl(), { settings: { ...s3.settings, keys: null } })
    assert.equal((await store.write('lease.json', 'mine', null)).outcome, 'written')
  })

  it('are missed in words that say where to put them', async (test) => {
    const nothing = join(temporaryFolder(test), 'nothing')
    set(test, { AWS_SHARED_CREDENTIALS_FILE: nothing, AWS_CONFIG_FILE: nothing })
    set(test, { AWS_EC2_METADATA_DISABLED: 'true' })
    const store = new S3Store(s3.emptyUrl(), { settings: { ...s3.settings, keys: null } })
    await assert.rejects(store.read('lease.json'), {
      code: 'no-credentials',
      message: /AWS_ACCESS_KEY_ID.*AWS_SHARED_CREDENTIALS_FILE/,
    })
  })
})

describe('What a store that speaks S3 refuses', () => {
  it('is told by words of its own: another key, no bucket', async () => {
    const { url } = await scene()
    const keys = s3.settings.keys ?? assert.fail()
    const wrong = { ...s3.settings, keys: { ...keys, secretAccessKey: 'another' } }
    const refused = { code: 'credentials-refused', message: /AWS_SECRET_ACCESS_KEY/ }
    await assert.rejects(new S3Store(url, { settings: wrong }).read('lease.json'), refused)
    const unknown = { ...s3.settings, keys: { ...keys, accessKeyId: 'nobody' } }
    await assert.rejects(new S3Store(url, { settings: unknown }).list(''), refused)
    const nowhere = new S3Store('s3://nowhere/app', { settings: s3.settings })
    const missing = { code: 'bucket-missing', message: /REPLICA_URL and S3_ENDPOINT/ }
    await assert.rejects(nowhere.read('lease.json'), missing)
    await assert.rejects(nowhere.write('lease.json', '', null), missing)
    await assert.rejects(nowhere.list(''), missing)
  })

  it('is told by words of its own: another region', async () => {
    const { url } = await scene()
    const elsewhere = { ...s3.settings, region: 'eu-central-1' }
    await assert.rejects(new S3Store(url, { settings: elsewhere }).read('lease.json'), {
      code: 'wrong-region',
      message: /S3_REGION/,
    })
    const { store, faults } = await scene()
    faults.push(refuses(301, 'PermanentRedirect', 'The bucket must be addressed otherwise.'))
    await assert.rejects(store.read('lease.json'), { code: 'wrong-region', detail: /^301.*must/ })
  })

  for (const status of [301, 302, 303, 307, 308]) {
    it(`is told, and not followed, where it answers ${status}: the keys are for no other address`, async (test) => {
      const page = await served(test, (_, response) => {
        const date = new Date().toUTCString()
        response.writeHead(200, { etag: '"page"', 'last-modified': date }).end('<html>')
      })
      const endpoint = await served(test, (_, response) => {
        response.writeHead(status, { location: `${page}/elsewhere` }).end()
      })
      const store = new S3Store(s3.emptyUrl(), { settings: { ...s3.settings, endpoint } })
      const redirected = { code: 'wrong-region', message: /S3_ENDPOINT.*\/elsewhere/ }
      for (const name of ['read', 'bytes', 'peek', 'list'] as const) {
        await assert.rejects(store[name]('lease.json'), redirected)
      }
      await assert.rejects(store.write('lease.json', 'mine', null), redirected)
      await assert.rejects(store.copy(from, to), redirected)
    })
  }

  it('is tried again where it has waited too long for the request itself', async () => {
    const { store, faults, requests } = await scene()
    faults.push(refuses(400, 'RequestTimeout'))
    assert.equal(await store.read('lease.json'), null)
    assert.equal(requests.length, 2)
  })

  for (const [status, name, code] of [
    [403, 'RequestTimeTooSkewed', 'clock-skew'],
    [403, 'AccessDenied', 'permission-denied'],
    [400, 'ExpiredToken', 'credentials-refused'],
    [400, 'KMS.DisabledException', 'key-unusable'],
    [400, 'InvalidArgument', 'bucket-refuses'],
    [501, 'NotImplemented', 'bucket-refuses'],
  ] as const) {
    it(`is ${code}, at once, where it says ${name}`, async () => {
      const { store, faults, requests } = await scene()
      faults.push(refuses(status, name, 'Its words.'))
      await assert.rejects(store.read('lease.json'), { code, detail: /Its words\./ })
      assert.equal(requests.length, 1)
    })
  }

  it('is no secret: the secret key is in no message', async () => {
    const { store, faults } = await scene()
    faults.push(refuses(403, 'SignatureDoesNotMatch'))
    const error = await store.read('lease.json').catch((error: Error) => error)
    assert.ok(error instanceof Error)
    assert.doesNotMatch(error.message, /of no other use/)
  })
})

/** The address of a server that answers by itself. */
async function served(test: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  test.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
