import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { onPostgres } from '../../server/runtime.ts'
import { Failure } from './failure.mjs'
import { mustBeInBucket } from './in-bucket.mjs'
import { documentFor, plainArguments } from './operation.mjs'

const command = fileURLToPath(new URL('../streamkeeper.mjs', import.meta.url))

describe('An operator’s command that can not begin', () => {
  const error = new Failure('Litestream can not be fetched.')

  it('prints one document where that was asked for', () => {
    const problem = { code: 'failed', message: error.message }
    for (const json of ['--json', '--json=yes']) {
      const text = documentFor(['node', 'history.mjs', json], error)
      assert.deepEqual(JSON.parse(text), { ok: false, problem })
    }
  })

  it('prints none for people', () => {
    assert.equal(documentFor(['node', 'history.mjs', '--url', 'file:///x'], error), '')
  })
})

describe('The arguments of an operator’s command', () => {
  it('may name a folder with an odd name, by its URL', () => {
    const [first, second] = plainArguments(['--url', 'file:///a b', '--to=file:///%C3%A9/x'])
    assert.match(first === '--url' ? second : '', /^file:\/\/\/[\w./@+,=:~-]+$/)
    const [, third] = plainArguments(['--from', '--to=file:///%C3%A9/x'])
    assert.match(third, /^--to=file:\/\/\/[\w./@+,=:~-]+\/x$/)
  })

  it('are as they were otherwise', () => {
    const args = ['--url=gs://b/a b', '--from', 'a b.db', 'file:///plain', '--json']
    assert.deepEqual(plainArguments(args), args)
  })
})

describe('An operator’s command where the data is on a PostgreSQL server', () => {
  const DATABASE_URL = 'postgres://ada:secret@db/visits'
  const refusal = (name, args = [], given = { DATABASE_URL }) => {
    try {
      mustBeInBucket(name, args, given)
      return null
    } catch (error) {
      assert.ok(error instanceof Failure)
      return error.message
    }
  }
  const inBucket = ['history', 'lease', 'restore', 'seed', 'verify']

  it('says so, and what to do instead', () => {
    for (const name of inBucket) {
      assert.match(refusal(name), /on a PostgreSQL server, as DATABASE_URL is set/)
      assert.match(refusal(name), /--url/)
      assert.doesNotMatch(refusal(name), /secret/)
    }
    for (const name of ['history', 'restore', 'verify']) {
      assert.match(refusal(name), /docs\/postgres\.md#backups/)
    }
    assert.match(refusal('seed'), /streamkeeper move/)
    assert.match(refusal('lease'), /any number of instances may write/)
  })

  it('works on a bucket that --url names', () => {
    for (const name of inBucket) {
      assert.equal(refusal(name, ['--url', 'gs://b/p']), null)
      assert.equal(refusal(name, ['--json', '--url=gs://b/p']), null)
      assert.notEqual(refusal(name, ['--urls', '--from=--url']), null)
    }
  })

  it('prints its help', () => {
    for (const help of ['--help', '-h']) assert.equal(refusal('verify', [help]), null)
  })

  it('moves the data', () => {
    assert.equal(refusal('move'), null)
  })

  it('is on a bucket wherever the server is', () => {
    const places = [
      {},
      { DATABASE_URL: '' },
      { DATABASE_URL },
      { DATABASE_URL, ROLE: 'reader' },
      { DATABASE_URL, ROLE: 'writer' },
      { DATABASE_URL, REPLICA_URL: 'gs://b/p' },
    ]
    for (const given of places) {
      assert.equal(refusal('restore', [], given) !== null, onPostgres(given))
    }
  })

  it('fetches nothing, and prints one document', () => {
    // Litestream is neither on the PATH nor in the folder.
    const where = { cwd: tmpdir(), env: { DATABASE_URL, PATH: '' } }
    for (const name of inBucket) {
      const args = [command, name, '--json']
      const { status, stdout, stderr } = spawnSync(process.execPath, args, {
        ...where,
        encoding: 'utf8',
      })
      const { ok, problem } = JSON.parse(stdout)
      assert.deepEqual([status, ok, problem.code], [1, false, 'failed'])
      assert.equal(problem.message, refusal(name))
      assert.equal(stderr, `${problem.message}\n`)
    }
  })
})
