import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readS3Settings } from './s3-settings.ts'

const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' }

describe('The settings of a store that speaks S3', () => {
  it('are a region on AWS, where the bucket is a part of the host', () => {
    const { endpoint, region, isPathStyle } = readS3Settings({ S3_REGION: 'eu-central-1' })
    assert.deepEqual(
      [endpoint, region, isPathStyle],
      ['https://s3.eu-central-1.amazonaws.com', 'eu-central-1', false],
    )
    const china = readS3Settings({ AWS_REGION: 'cn-north-1' })
    assert.equal(china.endpoint, 'https://s3.cn-north-1.amazonaws.com.cn')
  })

  it('are an address elsewhere, where the bucket is a folder', () => {
    const { endpoint, region, isPathStyle } = readS3Settings({ S3_ENDPOINT: 'minio.example:9000/' })
    assert.deepEqual(
      [endpoint, region, isPathStyle],
      ['https://minio.example:9000', 'us-east-1', true],
    )
    const hosted = { S3_ENDPOINT: 'https://s3.example', S3_PATH_STYLE: '0', S3_REGION: 'auto' }
    const settings = readS3Settings(hosted)
    assert.deepEqual([settings.region, settings.isPathStyle], ['auto', false])
  })

  it("may have the names of AWS's own tools, which Fly.io sets for Tigris", () => {
    const tigris = { AWS_ENDPOINT_URL_S3: 'https://fly.storage.tigris.dev', AWS_REGION: 'auto' }
    const settings = readS3Settings({ ...tigris, ...keys })
    assert.equal(settings.endpoint, 'https://fly.storage.tigris.dev')
    assert.deepEqual(settings.keys, { accessKeyId: 'id', secretAccessKey: 'secret' })
  })

  it('may end with the line of the file that they come from', () => {
    const lines = { S3_ENDPOINT: 'https://s3.example\n', S3_REGION: 'auto\n', S3_PATH_STYLE: '0\n' }
    const { endpoint, region, isPathStyle } = readS3Settings(lines)
    assert.deepEqual([endpoint, region, isPathStyle], ['https://s3.example', 'auto', false])
  })

  it("leave the keys to AWS's chain where the environment has none", () => {
    assert.equal(readS3Settings({ S3_REGION: 'eu-central-1' }).keys, null)
  })

  const region = { S3_REGION: 'eu-central-1' }
  const refused: [string, Record<string, string>, RegExp][] = [
    ['neither a region nor an address', {}, /S3_REGION is not set.*S3_ENDPOINT/],
    [
      'certificates that Litestream fails with',
      { ...region, AWS_CA_BUNDLE: '/a' },
      /SSL_CERT_FILE/,
    ],
    ['a region that is an address', { S3_REGION: 'https://s3.example' }, /S3_REGION is "https/],
    ['an address with a bucket', { S3_ENDPOINT: 'https://s3.example/b' }, /S3_ENDPOINT is .*with/],
    ['an address with keys', { S3_ENDPOINT: 'https://id:secret@s3.example' }, /S3_ENDPOINT is/],
    ['another protocol', { S3_ENDPOINT: 'ftp://s3.example' }, /S3_ENDPOINT is/],
    ['a mistyped style', { ...region, S3_PATH_STYLE: 'true' }, /S3_PATH_STYLE is "true"; write 1/],
    ['half of the keys', { ...region, AWS_ACCESS_KEY_ID: 'id' }, /AWS_SECRET_ACCESS_KEY is not/],
    ['the other half', { ...region, AWS_SECRET_ACCESS_KEY: 's' }, /AWS_ACCESS_KEY_ID is not set/],
    ['keys that only Litestream would read', { ...region, LITESTREAM_ACCESS_KEY_ID: 'i' }, /AWS_/],
    [
      'a key with its line end',
      { ...region, ...keys, AWS_ACCESS_KEY_ID: 'id\n' },
      /KEY_ID begins or ends/,
    ],
    [
      'a secret with a space',
      { ...region, ...keys, AWS_SECRET_ACCESS_KEY: ' s' },
      /KEY begins or ends/,
    ],
    ['a token that Litestream drops', { ...region, ...keys, AWS_SESSION_TOKEN: 't' }, /ignores it/],
  ]
  for (const [what, variables, words] of refused) {
    it(`refuse ${what}, in one line that says what to write`, () => {
      assert.throws(() => readS3Settings(variables), { message: words })
    })
  }
})
