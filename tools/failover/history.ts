import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import type { Pool } from 'pg'

const token = { authorization: `Bearer ${'t'.repeat(32)}` }
// Longer than any request may take, and than whatever the app waits for.
const patienceMs = 20_000

type Answer = { status: number; text: string; json: Record<string, unknown>; headers: Headers }

/** What people and programs have sent to instances of the app, and were told, while its database comes and goes. */
export class History {
  /** What each entry says, with its id where it is known. */
  readonly #acknowledged = new Map<string, number | null>()
  readonly #sent = new Set<string>()
  readonly #hidden = new Set<number>()
  readonly #deleted = new Set<number>()
  readonly #visits: number[] = []
  #visitsSent = 0
  /** Requests without an answer. */
  readonly #hung: string[] = []
  /** Entries that their authors did not see, without a word. */
  readonly #unread: string[] = []
  #fromStandby = 0
  /** Failed answers by what they say. */
  readonly failures = new Map<string, number>()
  readonly #urls: string[]
  readonly #clients: Promise<void>[]
  #lastMs = { write: performance.now(), read: performance.now() }
  #gapMs = { write: 0, read: 0 }
  #turn = 0
  #isOver = false
  #isGivenUp = false

  constructor(urls: string[]) {
    this.#urls = urls
    const programs = [0, 1, 2].map((name) => this.#write(`program ${name}`, this.#post))
    const people = [0, 1, 2].map((name) => this.#write(`person ${name}`, this.#sign))
    this.#clients = [...programs, ...people, this.#moderate(), this.#visit(), this.#read()]
  }

  static get token(): string {
    return token.authorization.slice('Bearer '.length)
  }

  get size(): number {
    return this.#acknowledged.size
  }

  /** Resolves after so many more acknowledgements of entries. */
  async grows(by = 20): Promise<void> {
    const size = this.size + by
    const deadline = AbortSignal.timeout(60_000)
    while (this.size < size) {
      assert.ok(!deadline.aborted, `Nothing is written: ${JSON.stringify([...this.failures])}`)
      await setTimeout(20)
    }
  }

  /** The longest times without a success since the last call, in ms. */
  gaps(): { write: number; read: number } {
    const gaps = this.#gapMs
    this.#gapMs = { write: 0, read: 0 }
    return gaps
  }

  /** Returns when each was told of its last request. */
  async end(): Promise<void> {
    this.#isOver = true
    const ended = Promise.all(this.#clients)
    const late = setTimeout(30_000, undefined, { ref: false }).then(() => {
      this.#isGivenUp = true
      return ended
    })
    await Promise.race([ended, late])
  }

  /** Compares what is there with what was told. */
  async check(pool: Pool): Promise<void> {
    const { rows } = await pool.query<{
      id: string
      message: string
      hidden_at: string | null
      deleted_at: string | null
    }>('select id, message, hidden_at, deleted_at from entries')
    const byId = new Map(rows.map((row) => [Number(row.id), row]))
    const messages = rows.flatMap(({ message, deleted_at }) => (deleted_at ? [] : [message]))
    const there = new Set(messages)
    const deleted = [...this.#acknowledged].filter(([, id]) => id && byId.get(id)?.deleted_at)
    const gone = new Set(deleted.map(([message]) => message))
    const lost = [...this.#acknowledged.keys()].filter((it) => !there.has(it) && !gone.has(it))
    assert.deepEqual(lost, [], 'acknowledged, and lost')
    assert.equal(messages.length, there.size, 'doubled')
    assert.deepEqual(
      [...there].filter((message) => !this.#sent.has(message)),
      [],
      'from nowhere',
    )
    assert.deepEqual(
      [...this.#hidden].filter((id) => !byId.get(id)?.hidden_at),
      [],
      'shown again',
    )
    assert.deepEqual(
      [...this.#deleted].filter((id) => !byId.get(id)?.deleted_at),
      [],
      'back again',
    )
    assert.equal(new Set(this.#visits).size, this.#visits.length, 'two visitors with one number')
    const [counted] = (await pool.query('select total from page_view_count')).rows
    const [listed] = (await pool.query('select count(*) as total from page_views')).rows
    assert.equal(counted?.total, listed?.total)
    assert.ok(Number(listed?.total) >= this.#visits.length, 'visits lost')
    assert.ok(Number(listed?.total) <= this.#visitsSent, 'visits doubled')
    assert.deepEqual(this.#unread, [], 'not seen by who wrote it')
    assert.ok(this.#fromStandby > 0, 'no standby was read')
    assert.deepEqual(this.#hung, [], 'never answered')
  }

  async #write(who: string, send: (message: string, key: string) => Promise<number | null>) {
    for (let number = 1; !this.#isOver; number++) {
      const message = `${who}, ${number}`
      const key = randomUUID()
      this.#sent.add(message)
      let id = await send(message, key)
      while (id === null && !this.#isGivenUp) {
        await setTimeout(50)
        id = await send(message, key)
      }
      if (id === null) return
      this.#acknowledged.set(message, id)
      this.#succeeded('write')
      await setTimeout(20)
    }
  }

  #post = async (message: string, key: string): Promise<number | null> => {
    const body = JSON.stringify({ name: 'Program', message })
    const headers = { 'content-type': 'application/json', 'idempotency-key': key }
    const answer = await this.#ask('/api/entries', { method: 'POST', body, headers })
    if (answer.status !== 201) return null
    await this.#readBack(message, answer.headers)
    return Number(answer.json.id)
  }

  async #readBack(message: string, headers: Headers): Promise<void> {
    const cookie = headers
      .getSetCookie()
      .map((set) => set.split(';')[0])
      .join('; ')
    const read = await this.#ask('/api/entries?limit=100', { headers: { cookie } })
    if (read.status !== 200) return
    if (read.headers.has('x-copy-age-seconds')) this.#fromStandby++
    const entries = read.json.entries as { message: string }[]
    const isThere = entries.some((entry) => entry.message === message)
    if (!isThere && !read.headers.has('x-copy-is-behind')) this.#unread.push(message)
  }

  #sign = async (message: string, key: string): Promise<number | null> => {
    const body = new URLSearchParams({ key, name: 'Person', message })
    const headers = { accept: 'application/json' }
    const { status, json } = await this.#ask('/guestbook/sign', { method: 'POST', body, headers })
    return status === 200 ? Number(json.id) : null
  }

  async #moderate(): Promise<void> {
    for (let number = 0; !this.#isOver; number++) {
      await setTimeout(50)
      const id = [...this.#acknowledged.values()].at(-1)
      if (!id || this.#hidden.has(id) || this.#deleted.has(id)) continue
      const path = `/api/entries/${id}`
      const isDeletion = number % 2 === 0
      const change = isDeletion
        ? { method: 'DELETE', headers: token }
        : {
            method: 'PATCH',
            headers: { ...token, 'content-type': 'application/json' },
            body: JSON.stringify({ hidden: true }),
          }
      while (!this.#isGivenUp) {
        const { status } = await this.#ask(path, change)
        // It was deleted by what was not answered.
        if (status === 204 || (isDeletion && status === 404)) break
        await setTimeout(50)
      }
      if (this.#isGivenUp) return
      if (isDeletion) this.#deleted.add(id)
      else this.#hidden.add(id)
    }
  }

  async #visit(): Promise<void> {
    while (!this.#isOver) {
      this.#visitsSent++
      const { status, text, headers } = await this.#ask('/', { headers: { 'user-agent': 'curl' } })
      const isCounted = status === 200 && headers.get('x-visit') !== 'not-counted'
      if (isCounted) this.#visits.push(Number(/\d+/.exec(text)?.[0]))
      await setTimeout(50)
    }
  }

  async #read(): Promise<void> {
    while (!this.#isOver) {
      const { status } = await this.#ask('/api/entries?limit=1', {})
      if (status === 200) this.#succeeded('read')
      await setTimeout(20)
    }
  }

  #succeeded(what: 'write' | 'read'): void {
    const now = performance.now()
    this.#gapMs[what] = Math.max(this.#gapMs[what], Math.round(now - this.#lastMs[what]))
    this.#lastMs[what] = now
  }

  async #ask(path: string, options: RequestInit): Promise<Answer> {
    const url = `${this.#urls[this.#turn++ % this.#urls.length]}${path}`
    try {
      const answer = await fetch(url, { ...options, signal: AbortSignal.timeout(patienceMs) })
      const text = await answer.text()
      const json = text.startsWith('{') ? JSON.parse(text) : {}
      if (answer.status >= 400) this.#fails(`${answer.status} ${json.type ?? text.slice(0, 80)}`)
      return { status: answer.status, text, json, headers: answer.headers }
    } catch (error) {
      this.#hung.push(`${options.method ?? 'GET'} ${path}: ${error}`)
      return { status: 0, text: '', json: {}, headers: new Headers() }
    }
  }

  #fails(how: string): void {
    this.failures.set(how, (this.failures.get(how) ?? 0) + 1)
  }
}
