import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { durable, sqlite } from '../index.ts'
import { Lease } from '../lease/lease.ts'
import { type LeaseObject, leaseName, parseLease } from '../lease/lease-object.ts'
import { runLitestream, temporaryFolder } from '../litestream/test-support.ts'
import { comesFor } from '../server/app.ts'
import { Events } from '../server/events.ts'
import { Gate as WriterGate } from '../server/gate.ts'
import { handleWith } from '../server/handle.ts'
import { Leadership } from '../server/leadership.ts'
import { Lifecycle } from '../server/lifecycle.ts'
import { LocalDatabase } from '../server/local-database.ts'
import { notesApp } from '../server/test-app.ts'
import { portOf } from '../server/test-support.ts'
import { leadershipTiming } from '../server/timing.ts'
import type { Database } from '../sqlite/open.ts'
import { app } from '../sqlite/test-support.ts'
import { openStore } from '../stores/open-store.ts'
import { parseReplicaUrl, type ReplicaUrl } from '../stores/replica-url.ts'
import { addNote } from '../test-app/notes.ts'
import { type Change, Follower, type FollowerOptions, followerTiming } from './follower.ts'
import { Gate } from './gate.ts'
import { Writer } from './writer.ts'

type Test = { after(clean: () => void | Promise<void>): void }

/** The URL of a bucket that is a folder, and empty. */
export function folderBucket(test: Test): ReplicaUrl {
  const folder = join(temporaryFolder(test), 'bucket')
  mkdirSync(folder)
  return parseReplicaUrl(`file://${folder}`)
}

/** What a reader asks of the bucket, but for some of it. */
export function storeWith(base: ReplicaUrl, other: Partial<FollowerOptions['store']>) {
  const store = openStore(base)
  return {
    read: (name: string) => store.read(name),
    list: (prefix: string) => store.list(prefix),
    bytes: (name: string) => store.bytes(name),
    ...other,
  }
}

/**
 * A server that writes, with the real parts but for the pages, which are JSON.
 *
 * @param settings of its Litestream
 */
export async function startWriter(test: Test, base: ReplicaUrl, id = 'w', settings = '') {
  const cleanUps: (() => void | Promise<void>)[] = []
  const { litestream, folder, end } = await runLitestream(
    { after: (clean) => cleanUps.push(clean) },
    120,
    settings,
  )
  const store = openStore(base)
  const me = { id, service: 's', revision: id, instance: id }
  const timing = { ttlMs: 2_500, renewMs: 500, storeClockMs: 500 }
  const lease = new Lease(store, base, me, { timing })
  const restore = { signal: new AbortController().signal, stallMs: 10_000 }
  const database = new LocalDatabase({ path: join(folder, 'app.db'), base, app, restore })
  const lifecycle = new Lifecycle()
  const leadership = new Leadership({
    ...{ lease, store, litestream, database, lifecycle, base },
    events: new Events(id),
    onSync: () => {},
    timing: { ...leadershipTiming(base), minimumHoldMs: 0 },
    onGone: () => {},
  })
  await database.restore(await lease.read())
  lifecycle.enter({ name: 'following', problem: null })
  test.after(async () => {
    // In the order in which a server ends.
    await leadership.end()
    database.close()
    for (const clean of cleanUps.toReversed()) await clean()
  })
  const gate = new WriterGate({ leadership, database, lifecycle })
  gate.open(handleWith(served, pages))
  const server = createServer(forNotes((...request) => gate.serve(...request))).listen(0)
  const url = `http://127.0.0.1:${await portOf(test, server)}`
  return { url, leadership, database, litestream, end, store, folder }
}

/** A reader with the real parts but for the pages, which are JSON. */
export async function startReader(
  test: Test,
  base: ReplicaUrl,
  writerUrl: string,
  options: Partial<FollowerOptions> = {},
) {
  const cleanUps: (() => void | Promise<void>)[] = []
  const folder = join(temporaryFolder({ after: (clean) => cleanUps.push(clean) }), 'reader')
  const changes: Change[] = []
  const follower = new Follower({
    ...{ store: openStore(base), base, folder, app },
    timing: { ...followerTiming, pollMs: 100 },
    clock: () => performance.now(),
    onChange: (change) => {
      if (change.kind !== 'well') changes.push(change)
    },
    ...options,
  })
  const ended = new AbortController()
  const following = follower.run(ended.signal)
  const writer = new Writer(new URL(writerUrl), null)
  const gate = new Gate(follower, writer)
  const opening = { method: 'POST', headers: {}, timeoutMs: 1_000 }
  const countingElsewhere: RequestListener = async (request, response) => {
    if (request.url === '/') await writer.fetch('/api/openings', opening).catch(() => {})
    pages(request, response)
  }
  gate.open(handleWith(served, countingElsewhere))
  const server = createServer(forNotes((...request) => gate.serve(...request))).listen(0)
  const url = `http://127.0.0.1:${await portOf(test, server)}`
  const end = async () => {
    ended.abort()
    await following
    writer.close()
  }
  test.after(async () => {
    await end()
    for (const clean of cleanUps) await clean()
  })
  return { url, follower, changes, folder, end }
}

const served = notesApp()

/** Notes of each request that it comes for the app. */
function forNotes(serve: RequestListener): RequestListener {
  return (request, response) => {
    comesFor(served, request)
    return serve(request, response)
  }
}

// What the app's pages do, in short: on the connection of the request, as an app's module has it.
const pages: RequestListener = async (request, response) => {
  try {
    const isOpening = request.url === '/api/openings'
    if (isOpening) sqlite().exec(`insert into tags (label) values ('opened')`)
    const isNote = request.method === 'POST' && !isOpening
    const body = isNote ? await add(request) : { messages: notesIn() }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  } catch (error) {
    response.writeHead(503).end(String(error))
  }
}

async function add(request: IncomingMessage): Promise<unknown> {
  const message = await text(request)
  addNote({ $client: sqlite() }, message)
  await durable()
  return { message }
}

/** The notes, newest first; those of the request unless told otherwise. */
export function notesIn({ $client }: Pick<Database, '$client'> = { $client: sqlite() }): string[] {
  return $client.prepare<[], string>('select text from notes order by id desc').pluck().all()
}

/** Who keeps the cookies that they are given, as a browser does. */
export class Person {
  readonly #url: () => string
  #cookie: string | null = null

  /** @param url where they ask; another each time if it is a function */
  constructor(url: string | (() => string)) {
    this.#url = typeof url === 'string' ? () => url : url
  }

  async write(message: string): Promise<Response> {
    const answer = await this.#send('/api/notes', { method: 'POST', body: message })
    await answer.clone().text()
    return answer
  }

  async read(path = '/notes'): Promise<{ messages: string[]; answer: Response }> {
    const answer = await this.#send(path, {})
    const body = await answer.text()
    if (!answer.ok) throw new Error(`A read failed: ${answer.status} ${body}`)
    return { ...JSON.parse(body), answer }
  }

  get cookie(): string | null {
    return this.#cookie
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const headers = this.#cookie === null ? {} : { cookie: this.#cookie }
    const answer = await fetch(this.#url() + path, { ...init, headers })
    const given = answer.headers.getSetCookie()[0]?.split(';')[0]
    if (given !== undefined) this.#cookie = given
    return answer
  }
}

/** Waits until something holds; whoever asks has a deadline. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(10)
}

export function messagesOf(changes: Change[]): string {
  return changes.map((change) => change.kind === 'problem' && change.error.message).join()
}

export function kindsBut(changes: Change[], other: Change['kind']): string[] {
  return changes.map(({ kind }) => kind).filter((kind) => kind !== other)
}

/** Changes what the lease says, as another process does. */
export async function changeLease(base: ReplicaUrl, change: Partial<LeaseObject>): Promise<void> {
  const store = openStore(base)
  const { body = '', generation = null } = (await store.read(leaseName)) ?? {}
  const lease = { ...parseLease(body, null, base), ...change, token: randomUUID() }
  await store.write(leaseName, JSON.stringify(lease), generation)
}
