import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { readEnvironment } from './environment.ts'

const good = { REPLICA_URL: 'gs://my-bucket/path', DATA_DIR: '/data' }

describe('The environment', () => {
  it('needs the replica and the data directory, and has defaults for the rest', () => {
    const { instance, ...rest } = readEnvironment(good)
    assert.equal(instance.service, 'local')
    assert.deepEqual(rest, {
      port: 8080,
      replicaUrl: 'gs://my-bucket/path',
      dataDirectory: '/data',
      databasePath: '/data/app.db',
      socketPath: '/data/litestream.sock',
      development: false,
      forwardToken: null,
      allowedMigration: null,
      previews: 'none',
      leaseTtlMs: null,
      metricsPort: null,
      litestreamMetrics: null,
      project: null,
      rateLimits: { requests: 600, writes: 30 },
      isLocal: false,
      publicOrigins: [],
      trustedProxies: 0,
      keepAliveSeconds: 620,
    })
  })

  it('says that this is Cloud Run where it names its service', () => {
    const { trustedProxies, instance } = readEnvironment({ ...good, K_SERVICE: 'visits' })
    assert.equal(trustedProxies, 1)
    assert.equal(instance.service, 'visits')
  })

  it('takes a secret without the line end that it was typed with', () => {
    const token = 'x'.repeat(16)
    for (const typed of [`${token}\n`, `${token}\r\n`, ` ${token} `, `\ufeff${token}\n`]) {
      const { forwardToken } = readEnvironment({ ...good, FORWARD_TOKEN: typed })
      assert.equal(forwardToken, token)
    }
    for (const empty of ['', '\n']) {
      assert.equal(readEnvironment({ ...good, FORWARD_TOKEN: empty }).forwardToken, null)
    }
  })

  for (const [variables, isLocal] of [
    [{}, false],
    [{ NODE_ENV: 'production' }, false],
    [{ LOCAL: '' }, false],
    [{ LOCAL: '0' }, false],
    [{ LOCAL: '1' }, true],
    [{ NODE_ENV: 'development' }, true],
    [{ LOCAL: '1', K_SERVICE: 'visits' }, false],
    [{ NODE_ENV: 'development', K_SERVICE: 'visits' }, false],
  ] as const) {
    it(`${isLocal ? 'is' : 'is not'} its owner's machine, by ${JSON.stringify(variables)}`, () => {
      assert.equal(readEnvironment({ ...good, ...variables }).isLocal, isLocal)
    })
  }

  for (const [text, origins] of [
    ['', []],
    ['https://visits.example', ['https://visits.example']],
    ['https://Visits.example:443/', ['https://visits.example']],
    ['http://localhost:3000', ['http://localhost:3000']],
    ['https://bücher.example', ['https://xn--bcher-kva.example']],
    ['https://a.example,https://b.example', ['https://a.example', 'https://b.example']],
    [' https://a.example, https://b.example ', ['https://a.example', 'https://b.example']],
    ['https://a.example https://b.example', ['https://a.example', 'https://b.example']],
  ] as const) {
    it(`understands PUBLIC_URL "${text}"`, () => {
      assert.deepEqual(readEnvironment({ ...good, PUBLIC_URL: text }).publicOrigins, origins)
    })
  }

  for (const [variables, proxies] of [
    [{ K_SERVICE: 'visits' }, 1],
    [{ K_SERVICE: 'visits', TRUSTED_PROXIES: '' }, 1],
    [{ K_SERVICE: 'visits', TRUSTED_PROXIES: '2' }, 2],
    [{ K_SERVICE: 'visits', TRUSTED_PROXIES: '0' }, 0],
    [{ TRUSTED_PROXIES: '1' }, 1],
  ] as const) {
    it(`believes ${proxies} proxies, by ${JSON.stringify(variables)}`, () => {
      assert.equal(readEnvironment({ ...good, ...variables }).trustedProxies, proxies)
    })
  }

  for (const [text, limits] of [
    ['off', null],
    ['', { requests: 600, writes: 30 }],
    ['writes=5', { requests: 600, writes: 5 }],
    ['writes=5,requests=70', { requests: 70, writes: 5 }],
  ] as const) {
    it(`understands RATE_LIMITS "${text}"`, () => {
      assert.deepEqual(readEnvironment({ ...good, RATE_LIMITS: text }).rateLimits, limits)
    })
  }

  for (const [variables, previews] of [
    [{}, 'none'],
    [{ PREVIEW: '1' }, 'all'],
    [{ K_SERVICE: 'visits' }, 'tags'],
    [{ K_SERVICE: 'visits', PREVIEW: '' }, 'tags'],
    [{ K_SERVICE: 'visits', PREVIEW: '1' }, 'all'],
    [{ K_SERVICE: 'visits', PREVIEW: '0' }, 'none'],
  ] as const) {
    it(`takes for previews: ${previews}, by ${JSON.stringify(variables)}`, () => {
      assert.equal(readEnvironment({ ...good, ...variables }).previews, previews)
    })
  }

  const refused: [string, Record<string, string | undefined>, RegExp][] = [
    [
      'no replica',
      { REPLICA_URL: undefined },
      /^REPLICA_URL is not set; write .*gs:\/\/BUCKET\/PATH/,
    ],
    ['an empty replica', { REPLICA_URL: '' }, /^REPLICA_URL is wrong: "" is not a URL; write gs:/],
    ['an unknown place of S3', { REPLICA_URL: 's3://bkt/p' }, /^S3_REGION is not set; write the/],
    ['a mistyped replica', { REPLICA_URL: 'gcs:/b/p' }, /^REPLICA_URL is wrong: "gcs:\/b\/p"/],
    ['no data directory', { DATA_DIR: undefined }, /^DATA_DIR is not set/],
    ['a relative data directory', { DATA_DIR: 'data' }, /^DATA_DIR is not an absolute path/],
    [
      'a data directory too deep for a socket',
      { DATA_DIR: `/${'x'.repeat(90)}` },
      /^DATA_DIR is too/,
    ],
    ['a port that is none', { PORT: '80a' }, /^PORT is not a port; write a number from 1 to 65535/],
    ['a lease that is too short', { LEASE_TTL_SECONDS: '1' }, /^LEASE_TTL_SECONDS is no number/],
    [
      'a token of readers that can be guessed',
      { FORWARD_TOKEN: 'x'.repeat(15) },
      /^FORWARD_TOKEN is too/,
    ],
    [
      'a token of readers that is long by its line ends alone',
      { FORWARD_TOKEN: `${'x'.repeat(15)}\n\n` },
      /^FORWARD_TOKEN is too easy/,
    ],
    [
      'a token of readers with spaces',
      { FORWARD_TOKEN: 'a b'.repeat(16) },
      /^FORWARD_TOKEN is too easy/,
    ],
    ['a rate limit of nothing', { RATE_LIMITS: 'writes=0' }, /^RATE_LIMITS is not understood/],
    ['a rate limit of another kind', { RATE_LIMITS: '30' }, /^RATE_LIMITS is not understood/],
    ['a mistyped rate limit', { RATE_LIMITS: 'write=30' }, /^RATE_LIMITS .* as in requests=600,wr/],
    ['a mistyped preview', { PREVIEW: 'true' }, /^PREVIEW is neither 1, for an instance/],
    ['a mistyped role', { ROLE: 'readr' }, /^ROLE is neither reader nor writer/],
    ['a mistyped LOCAL', { LOCAL: 'true' }, /^LOCAL is not 1, for a server that its owner/],
    ...[
      'visits.example',
      'https://visits.example/app',
      'https://visits.example?a',
      'https://visits.example/#a',
      'https://me:secret@visits.example',
      'ftp://visits.example',
      'https://*.visits.example',
      'null',
      '*',
    ].map((text): [string, Record<string, string>, RegExp] => [
      `the public URL ${text}`,
      { PUBLIC_URL: `https://a.example,${text}` },
      /^PUBLIC_URL has ".*", which is no address of an app; write https:\/\/HOST/,
    ]),
    ['proxies that are no number', { TRUSTED_PROXIES: 'all' }, /^TRUSTED_PROXIES is no number fr/],
    ['too many proxies', { TRUSTED_PROXIES: '11' }, /^TRUSTED_PROXIES is no number from 0 to 10/],
    ['no keep-alive', { KEEP_ALIVE_SECONDS: '0' }, /^KEEP_ALIVE_SECONDS is no number from 1 to/],
    ['a port out of range', { PORT: '65536' }, /^PORT is not a port/],
  ]
  for (const [what, variables, words] of refused) {
    it(`refuses ${what}, in one line`, () => {
      assert.throws(
        () => readEnvironment({ ...good, ...variables }),
        (error: Error) => words.test(error.message) && !error.message.includes('\n'),
      )
    })
  }

  it('is all in docs/configuration.md', () => {
    const folder = join(import.meta.dirname, '../../../..')
    const configuration = readFileSync(join(folder, 'docs/configuration.md'), 'utf8')
    // Cloud Run and Node's programs set these.
    const given = ['K_REVISION', 'K_SERVICE', 'NODE_ENV']
    const files = [
      ...[
        'packages/streamkeeper/src/server/server-environment.ts',
        'packages/streamkeeper/src/server/environment.ts',
      ],
      ...[
        'packages/streamkeeper/src/postgres/environment.ts',
        'packages/streamkeeper/src/readers/environment.ts',
      ],
    ].map((path) => readFileSync(join(folder, path), 'utf8'))
    const variables = files.flatMap((text) => text.match(/(?<=^ {2})[A-Z][A-Z_]+(?=:)/gm) ?? [])
    assert.ok(variables.includes('DATABASE_URL') && variables.includes('WRITER_URL'))
    assert.deepEqual(
      variables.filter((name) => !given.includes(name) && !configuration.includes(`\`${name}\``)),
      [],
    )
  })

  it('names all that is wrong at once', () => {
    assert.throws(() => readEnvironment({}), /REPLICA_URL is not set.*DATA_DIR is not set/)
  })
})
