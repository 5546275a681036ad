import assert from 'node:assert/strict'
import { once } from 'node:events'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestOptions, request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it, type TestContext } from 'node:test'
import { durable, sqlite } from '../index.ts'
import { Lease } from '../lease/lease.ts'
import { leaseName, parseLease } from '../lease/lease-object.ts'
import { runLitestream, temporaryFolder } from '../litestream/test-support.ts'
import { app } from '../sqlite/test-support.ts'
import { FileStore } from '../stores/file-store.ts'
import { addNote, countNotes } from '../test-app/notes.ts'
import { App, comesFor } from './app.ts'
import { readEnvironment } from './environment.ts'
import { Events } from './events.ts'
import { Gate } from './gate.ts'
import { handleWith } from './handle.ts'
import { Leadership } from './leadership.ts'
import { Lifecycle, problemOf } from './lifecycle.ts'
import { LocalDatabase } from './local-database.ts'
import { barOf } from './may-lead.ts'
import { isPreview } from './preview.ts'
import { releaseOf } from './release.ts'
import { until } from './test-leadership.ts'
import { portOf } from './test-support.ts'
import { leadershipTiming } from './timing.ts'

/** The migrations in `from` and one more, in a folder of its name. */
function oneMore(from: string, folder: string, tag: string, sql: string): string {
  const next = join(folder, tag)
  cpSync(from, next, { recursive: true })
  writeFileSync(join(next, `${tag}.sql`), sql)
  const file = join(next, 'meta/_journal.json')
  const journal = JSON.parse(readFileSync(file, 'utf8'))
  const when = Number(`${tag.slice(0, 4)}000000000`)
  const entry = { idx: 99, version: '6', when, tag, breakpoints: true }
  writeFileSync(file, JSON.stringify({ ...journal, entries: [...journal.entries, entry] }))
  return next
}

// Who looks at the front page leaves a tag, where that can be.
const served = new App({
  name: 'notes',
  needs: ({ method, url }) => {
    if (url === '/') return 'write-if-possible'
    return method === 'GET' ? 'read' : 'write'
  },
  async handle({ method, url }, response, { notice }) {
    const database = sqlite()
    if (notice) response.setHeader('x-notice', notice)
    else if (url === '/') database.exec(`insert into tags (label) values ('looked')`)
    if (method === 'POST') {
      addNote({ $client: database })
      await durable()
    }
    const tags = database.prepare('select count(*) from tags').pluck().get()
    response.end(JSON.stringify([tags, countNotes({ $client: database })]))
  },
})

const tagged = { headers: { host: 'next---s-abc-ew.a.run.app' } }

/** A release, and the next, which has one migration more; `before` is one more that both have. */
function scene(
  test: TestContext,
  { next: sql, before }: { next: string; before?: string } = {
    next: 'ALTER TABLE notes ADD mood text',
  },
) {
  const cleanUps: (() => void | Promise<void>)[] = []
  // In the order in which a server ends: the bucket is the last.
  test.after(async () => {
    for (const clean of cleanUps.toReversed()) await clean()
  })
  const later = { after: (clean: () => void | Promise<void>) => void cleanUps.push(clean) }
  const folder = temporaryFolder(later)
  mkdirSync(join(folder, 'bucket'))
  const store = new FileStore(join(folder, 'bucket'))
  const own = app.migrations ?? assert.fail('There are none.')
  const first = before ? oneMore(own, folder, '8888_before', before) : own
  const next = oneMore(first, folder, '9999_next', sql)

  /** An instance of a release, as serve.ts makes it. */
  const start = async (
    name: string,
    variables: Record<string, string> = {},
    own = name === 'two' ? next : first,
  ) => {
    const { litestream, folder: disk } = await runLitestream(later)
    const environment = readEnvironment({
      ...{ REPLICA_URL: `file://${join(folder, 'bucket')}`, DATA_DIR: disk },
      ...{ K_SERVICE: 's', K_REVISION: name, ...variables },
    })
    const { replicaUrl: base, databasePath: path } = environment
    const lifecycle = new Lifecycle(() => lease.bar && problemOf(lease.bar))
    const restore = { signal: new AbortController().signal, stallMs: 10_000 }
    const database = new LocalDatabase({ path, base, app: { ...app, migrations: own }, restore })
    const release = releaseOf(environment, own, database)
    const lease: Lease = new Lease(store, base, environment.instance, {
      timing: { ttlMs: 1_800, renewMs: 100, storeClockMs: 200 },
      migration: release.migration,
      barOf: (seen) => barOf(release, seen),
    })
    const leadership = new Leadership({
      ...{ lease, store, litestream, database, lifecycle, base },
      events: new Events(name),
      onSync: () => {},
      timing: { ...leadershipTiming(base), minimumHoldMs: 0 },
      onGone: () => {},
    })
    const gate = new Gate({
      ...{ leadership, database, lifecycle },
      isPreview: (request) => isPreview(request, environment.previews),
    })
    await database.restore(await lease.read())
    lifecycle.enter({ name: 'following', problem: null })
    later.after(async () => {
      await leadership.end()
      database.close()
    })
    gate.open(handleWith(served, () => assert.fail('There is no Next.')))
    const server = createServer((request, response) => {
      comesFor(served, request)
      return gate.serve(request, response)
    }).listen(0)
    const url = `http://127.0.0.1:${await portOf(later, server)}`
    // fetch would send the host of its own.
    const ask = async (path: string, options: RequestOptions = {}) => {
      const sent = request(url + path, { agent: false, ...options }).end()
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      return { status: answer.statusCode, headers: answer.headers, text: await text(answer) }
    }
    return {
      ask,
      write: () => ask('/api/notes', { method: 'POST' }),
      lifecycle,
      database,
      leadership,
      refresh: async () => database.restore(await lease.read()),
    }
  }
  return {
    start,
    lease: async () => parseLease((await store.read(leaseName))?.body ?? '', null, ''),
    generation: async () => (await store.read(leaseName))?.generation,
  }
}

describe('An older release beside a newer one', { timeout: 180_000 }, () => {
  it('reads what the newer one writes, and never asks for the lease', async (test) => {
    const { start, lease } = scene(test)
    const one = await start('one')
    assert.equal((await one.write()).status, 200)
    const two = await start('two')
    assert.equal((await two.write()).status, 200)
    assert.equal((await lease()).schema?.release, 'two')
    const { epoch } = await lease()

    await one.refresh()
    assert.equal(one.database.schema, 'newer')
    for (const path of ['/', '/list', '/', '/api/notes']) {
      const answer = await one.ask(path)
      assert.equal(answer.status, 200, path)
      assert.match(answer.text, /,2\]$/)
    }
    const { headers } = await one.ask('/')
    assert.equal(headers['x-notice'], 'older-release')
    const refused = await one.write()
    assert.equal(refused.status, 503)
    assert.match(refused.text, /migrated by two .* older release one/)
    const { epoch: later, wantedBy } = await lease()
    assert.deepEqual([later, wantedBy], [epoch, undefined])
    assert.equal(one.lifecycle.problem?.code, 'older-release')
    assert.equal(two.lifecycle.problem, null)
  })

  it('does not ask while its copy is of before', async (test) => {
    const { start, generation, lease } = scene(test)
    const one = await start('one')
    await one.write()
    const two = await start('two')
    await two.write()
    await two.leadership.end()
    const before = await generation()
    assert.equal(one.database.schema, 'same')
    const { status, headers } = await one.ask('/')
    assert.deepEqual([status, headers['x-notice']], [200, 'older-release'])
    assert.equal((await one.write()).status, 503)
    assert.equal(await generation(), before)
    assert.equal((await lease()).holder, null)
  })

  it('leads again where an operator has gone back to its schema', async (test) => {
    const { start } = scene(test)
    const one = await start('one')
    await one.write()
    const same = await start('one-again')
    assert.equal((await same.write()).status, 200)
    assert.equal((await one.write()).status, 200)
  })
})

describe('A release that changes the schema', { timeout: 180_000 }, () => {
  it('leads once it serves a read, as readers of that release wait for the change', async (test) => {
    const { start, lease } = scene(test)
    const one = await start('one')
    await one.write()
    const two = await start('two')
    assert.equal((await lease()).holder?.revision, 'one')
    assert.equal((await two.ask('/list')).text, '[0,1]')
    await until(() => two.lifecycle.state.name === 'leading')
    await until(async () => (await lease()).schema?.release === 'two')
    assert.equal((await one.ask('/list')).text, '[0,1]')
  })

  it('does not lead by a read of a preview, nor where the schema is the same', async (test) => {
    const { start, generation } = scene(test)
    const one = await start('one')
    await one.write()
    await one.leadership.end()
    const before = await generation()
    const [same, preview] = [await start('same'), await start('two')]
    assert.equal((await same.ask('/list')).status, 200)
    assert.equal((await preview.ask('/list', tagged)).status, 200)
    assert.equal(same.lifecycle.state.name, 'following')
    assert.equal(preview.lifecycle.state.name, 'following')
    assert.equal(await generation(), before)
  })
})

describe('A preview', { timeout: 180_000 }, () => {
  for (const [what, variables, init] of [
    ['by its address', {}, tagged],
    ['by its environment', { PREVIEW: '1' }, {}],
  ] as const) {
    it(`${what}: shows a newer release, and changes nothing`, async (test) => {
      const { start, generation } = scene(test)
      const one = await start('one')
      await one.write()
      await one.leadership.end()
      const before = await generation()
      const two = await start('two', variables)
      const columns = two.database.open.$client.pragma('table_info(notes)') as { name: string }[]
      assert.ok(columns.some(({ name }) => name === 'mood'))
      const answer = await two.ask('/', init)
      assert.deepEqual([answer.status, answer.text], [200, '[0,1]'])
      assert.equal(answer.headers['x-notice'], 'preview')
      const refused = await two.ask('/api/notes', { method: 'POST', ...init })
      assert.equal(refused.status, 503)
      assert.match(refused.text, /This is a preview/)
      assert.equal(await generation(), before)
      assert.equal(two.lifecycle.state.name, 'following')
    })
  }

  it('by its address is none for those who ask elsewhere', async (test) => {
    const { start, lease } = scene(test)
    const two = await start('two')
    await two.write()
    assert.equal((await two.ask('/')).text, '[1,1]')
    assert.equal((await two.ask('/', tagged)).text, '[1,1]')
    assert.equal((await lease()).holder?.revision, 'two')
  })
})

describe('A release that takes something from the one before', { timeout: 180_000 }, () => {
  const sql = { before: 'CREATE TABLE moods (id integer)', next: 'DROP TABLE moods' }

  it('may not lead, and says what it would take and what to do', async (test) => {
    const { start } = scene(test, sql)
    const one = await start('one')
    await one.write()
    const two = await start('two')
    assert.equal(two.lifecycle.problem?.code, 'breaking-migration')
    const { status, text } = await two.write()
    assert.equal(status, 503)
    assert.match(text, /9999_next takes moods away from one, .* \(DROP TABLE moods/)
    assert.match(text, /--allow-breaking-migration, which sets ALLOW_BREAKING_MIGRATION=9999_next/)
    assert.equal((await one.write()).status, 200)
  })

  it('may lead where it was told that it may', async (test) => {
    const { start, lease } = scene(test, sql)
    const one = await start('one')
    await one.write()
    const two = await start('two', { ALLOW_BREAKING_MIGRATION: '9999_next' })
    assert.equal((await two.write()).status, 200)
    assert.equal((await lease()).schema?.release, 'two')
    assert.equal((await one.ask('/list')).status, 200)
  })
})
