import assert from 'node:assert/strict'
import { after, describe, it, type TestContext } from 'node:test'
import { Certificates } from '../test-tools/certificates.ts'
import { TcpProxy } from '../test-tools/tcp-proxy.ts'
import { TestPostgres } from '../test-tools/test-postgres.ts'
import { askUntil } from './ask-until.ts'
import { openPostgres } from './open.ts'
import { withServer } from './test-support.ts'

describe('A connection by TLS', { timeout: 60_000 }, () => {
  const [own, other] = [new Certificates(), new Certificates()]
  after(() => {
    for (const made of [own, other]) made[Symbol.dispose]()
  })
  const postgres = withServer(() =>
    TestPostgres.start([
      'fsync=off',
      'ssl=on',
      `ssl_cert_file=${own.certificate}`,
      `ssl_key_file=${own.key}`,
    ]),
  )

  async function ask(
    test: TestContext,
    options: Record<string, string>,
    host = 'localhost',
    port = postgres.server.port,
  ) {
    const url = new URL(postgres.server.url('postgres'))
    url.host = `${host}:${port}`
    url.search = String(new URLSearchParams(options))
    const database = openPostgres(url.href, 'notes')
    test.after(() => database.$client.end())
    const isEncrypted = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()'
    const call = () => database.execute(isEncrypted)
    return (await askUntil(performance.now() + 500, call, 'read')).rows
  }

  const verifying = { sslmode: 'verify-full', sslrootcert: own.authority }
  const untrusted = { code: 'database-untrusted' }

  it('is encrypted where the certificate is that of the host, by the authority', async (test) => {
    assert.deepEqual(await ask(test, verifying), [{ ssl: true }])
  })

  it('is refused where the certificate is of another authority', async (test) => {
    await assert.rejects(ask(test, { ...verifying, sslrootcert: other.authority }), untrusted)
  })

  it('is refused where the authority is none that everybody trusts', async (test) => {
    await assert.rejects(ask(test, { sslmode: 'verify-full' }), untrusted)
    await assert.rejects(ask(test, { sslmode: 'require' }), untrusted)
  })

  it('is refused where the certificate is of another host', async (test) => {
    await assert.rejects(ask(test, verifying, '127.0.0.1'), untrusted)
  })

  it('is refused where the file of the authority is missing, which is named', async (test) => {
    const missing = { ...verifying, sslrootcert: `${own.authority}.none` }
    await assert.rejects(ask(test, missing), /authority\.pem\.none/)
  })

  it('is made again, as safe as before, where another server takes over', async (test) => {
    const proxy = await TcpProxy.start(postgres.server.port)
    test.after(() => proxy[Symbol.asyncDispose]())
    assert.deepEqual(await ask(test, verifying, 'localhost', proxy.port), [{ ssl: true }])
    const impostor = await TestPostgres.start([
      ...['fsync=off', 'ssl=on', `ssl_cert_file=${other.certificate}`],
      `ssl_key_file=${other.key}`,
    ])
    test.after(() => impostor[Symbol.asyncDispose]())
    proxy.target = impostor.port
    proxy.cut()
    await assert.rejects(ask(test, verifying, 'localhost', proxy.port), untrusted)
  })
})
