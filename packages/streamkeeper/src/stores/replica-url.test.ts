import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { replicate, temporaryFolder, write } from '../litestream/test-support.ts'
import { FaultyBucket } from '../test-tools/faulty-bucket.ts'
import { S3Server } from '../test-tools/s3-server.ts'
import { litestreamUrl } from './litestream-url.ts'
import { openStore } from './open-store.ts'
import { epochUrl, parseReplicaUrl } from './replica-url.ts'

describe('The replica URL', () => {
  it('may be spelled as the original sample spells it', () => {
    assert.equal(parseReplicaUrl('gcs://my-bucket/some/path'), 'gs://my-bucket/some/path')
  })

  it('may be spelled as Google spells it', () => {
    assert.equal(parseReplicaUrl('gs://my-bucket/some/path'), 'gs://my-bucket/some/path')
  })

  it('may be of a store that speaks S3', () => {
    assert.equal(parseReplicaUrl('S3://my-bucket//some/path/'), 's3://my-bucket/some/path')
  })

  it('may be a bucket alone', () => {
    assert.equal(parseReplicaUrl('gs://my-bucket'), 'gs://my-bucket')
  })

  it('may be a folder of this machine', () => {
    assert.equal(parseReplicaUrl('file:///var/lib/app'), 'file:///var/lib/app')
  })

  it('means the same with slashes or spaces left at its ends', () => {
    assert.equal(parseReplicaUrl(' gs://my-bucket/path// '), 'gs://my-bucket/path')
    assert.equal(parseReplicaUrl('file:///var/lib/app/'), 'file:///var/lib/app')
  })

  it('puts each epoch in a folder of its own, in an order that sorts', () => {
    const base = parseReplicaUrl('gs://my-bucket/path')
    assert.equal(epochUrl(base, 1), 'gs://my-bucket/path/epoch-00000001')
  })

  it('means the same to Litestream and to the store, whatever characters it holds', async (test) => {
    const bucket = await FaultyBucket.start()
    test.after(() => bucket.stop())
    Object.assign(process.env, bucket.environment)
    test.after(() => delete process.env.STORAGE_EMULATOR_HOST)
    await meansTheSame(test, 'gs')
  })

  it('means the same to Litestream and to a store that speaks S3', async (test) => {
    await using s3 = await S3Server.start()
    Object.assign(process.env, s3.environment)
    test.after(() => {
      for (const name of Object.keys(s3.environment)) delete process.env[name]
    })
    await meansTheSame(test, 's3')
  })

  async function meansTheSame(test: TestContext, scheme: string) {
    const ascii = Array.from({ length: 127 - 32 }, (_, index) => String.fromCodePoint(32 + index))
    const accepted = [...ascii, 'ä', '€', '𝄞'].filter((character) => {
      try {
        return parseReplicaUrl(`${scheme}://test/a${character}b`).endsWith(`a${character}b`)
      } catch {
        return false
      }
    })
    assert.ok(accepted.length > 90)
    const url = parseReplicaUrl(`${scheme}://test/a${accepted.join('').replace('/', '')}b//`)
    const path = join(temporaryFolder(test), 'app.db')
    write(path, 'one')
    await replicate(path, litestreamUrl(url))
    const names = (await openStore(url).list('')).map(({ name }) => name)
    assert.deepEqual(names, ['ltx/0/0000000000000001-0000000000000001.ltx'])
  }

  const refused = {
    'the placeholder of the documentation': 'gcs://BUCKET/path',
    'no scheme': 'my-bucket/path',
    'one slash too few': 'gs:/my-bucket/path',
    'another cloud': 'abs://my-bucket/path',
    'a bucket of S3 without a path': 's3://my-bucket/',
    'a bucket name that S3 would not take': 's3://my_bucket/path',
    'a host that Litestream would take for a bucket and a service':
      's3://my-bucket.s3.eu-central-1.amazonaws.com/path',
    'an endpoint in the URL': 's3://my-bucket/path?endpoint=https://s3.example',
    'no bucket': 'gs:///path',
    'a bucket name that Google would not take': 'gs://-bucket-/path',
    'a query': 'gs://my-bucket/path?x=1',
    'a space': 'gs://my-bucket/my path',
    'what Litestream would decode': 'gs://my-bucket/my%20path',
    'a percent sign': 'gs://my-bucket/100%',
    'a control character': 'gs://my-bucket/a\u0001b',
    'a way out of the folder': 'gs://my-bucket/../other',
    'a relative file': 'file://folder',
    'a file path that Litestream would encode': 'file:///my folder/app',
    nothing: '',
  }
  for (const [what, text] of Object.entries(refused)) {
    it(`refuses ${what}, in one line that quotes it`, () => {
      assert.throws(
        () => parseReplicaUrl(text),
        (error: Error) =>
          error.message.includes(`"${text.split(':')[0]}`) && !/\n/.test(error.message),
      )
    })
  }
})

describe('A URL within a replica', () => {
  it('is refused, as what Litestream 0.3 wrote is the replica of the URL before', () => {
    for (const url of ['gs://bucket/app/generations/', 'file:///b/generations/0123456789abcdef']) {
      assert.throws(() => parseReplicaUrl(url), /lies within a replica: end it before/)
    }
    assert.equal(parseReplicaUrl('gs://bucket/my-generations'), 'gs://bucket/my-generations')
  })
})
