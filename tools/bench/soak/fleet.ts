import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bucket } from '../../../e2e/support/bucket.ts'
import type { Container } from '../../../e2e/support/container.ts'
import type { Router } from '../../../packages/streamkeeper/src/test-tools/router.ts'
import { ended, saveLog, startContainer } from '../support/containers.ts'
import type { Findings } from './findings.ts'

export type Instance = {
  number: number
  container: Container
  bornMs: number
  /** Whether it is to end, or has. */
  isLeaving: boolean
}

type Parts = { bucket: Bucket; router: Router; findings: Findings; folder: string }

/** The instances of the app, and which of them get the requests. */
export class Fleet {
  readonly #parts: Parts
  /** Those that are not removed yet, by their instances' numbers. */
  readonly #containers = new Map<number, Promise<Container>>()
  #started = 0
  #current: Instance | null = null
  #isEnded = false
  /** Stops that took so long that SIGKILL came. */
  lateStops = 0

  /** @param parts.folder where each instance's log is kept */
  constructor(parts: Parts) {
    this.#parts = parts
  }

  get started(): number {
    return this.#started
  }

  /** The instance that gets the requests. */
  get current(): Instance {
    if (!this.#current) throw new Error('No instance gets requests yet.')
    return this.#current
  }

  /** Starts an instance of a revision of its own, and waits until it may have requests. */
  async start(): Promise<Instance> {
    if (this.#isEnded) throw new Error('The run has ended.')
    const number = ++this.#started
    const options = { revision: String(number), disk: '256m', memory: '512m' }
    const starting = startContainer(this.#parts.bucket, options)
    this.#containers.set(number, starting)
    const container = await starting
    const instance = { number, container, bornMs: performance.now(), isLeaving: false }
    this.#watch(instance)
    await container.ready()
    return instance
  }

  /** Sends all requests to the first of them, or to all in turn. */
  route(first: Instance, ...others: Instance[]): void {
    this.#current = first
    this.#parts.router.route(...[first, ...others].map(({ container }) => container))
  }

  /** Starts an instance that gets all requests. */
  async replace(): Promise<void> {
    this.route(await this.start())
  }

  /** Stops it as Cloud Run does. */
  async stop(instance: Instance): Promise<void> {
    instance.isLeaving = true
    const code = await instance.container.stop()
    // 10 s after SIGTERM.
    if (code === 137) this.lateStops++
    else if (code !== 0) {
      this.#parts.findings.note(`instance ${instance.number} ended with ${code} after SIGTERM`)
    }
    await this.#remove(instance)
  }

  async kill(instance: Instance): Promise<void> {
    instance.isLeaving = true
    await instance.container.kill()
    await this.#remove(instance)
  }

  /** Makes its server crash, which is to end all of it. */
  async crash(instance: Instance): Promise<void> {
    instance.isLeaving = true
    const code = await instance.container.crash()
    if (code !== 1) {
      this.#parts.findings.note(`instance ${instance.number} ended with ${code} after a crash`)
    }
    await this.#remove(instance)
  }

  /** Removes every container, in whatever state. */
  async end(): Promise<void> {
    this.#isEnded = true
    await Promise.all(
      [...this.#containers].map(async ([number, starting]) => {
        const container = await starting.catch(() => null)
        if (!container) return
        // A frozen one can't be killed everywhere.
        await container.unpause().catch(() => {})
        await container.signal('KILL').catch(() => {})
        await this.#remove({ number, container })
      }),
    )
  }

  // As Cloud Run starts another one in its place.
  async #watch(instance: Instance): Promise<void> {
    const { number, container } = instance
    const code = await ended(container).catch(() => null)
    if (instance.isLeaving || this.#isEnded || code === null) return
    instance.isLeaving = true
    await this.#remove(instance)
    const log = await readFile(this.#logOf(number), 'utf8').catch(() => '')
    const said = log.match(/"severity":"(?:CRITICAL|ERROR)","message":"[^"]*"/g)
    const reason = said?.at(-1) ?? 'no reason logged'
    this.#parts.findings.note(`instance ${number} ended by itself with ${code}: ${reason}`)
    if (this.#current === instance) await this.replace().catch(() => {})
  }

  async #remove({ number, container }: Pick<Instance, 'number' | 'container'>): Promise<void> {
    await saveLog(container, this.#logOf(number)).catch(() => {})
    await this.#checkBeginnings(number)
    await container.remove()
    this.#containers.delete(number)
  }

  async #checkBeginnings(number: number): Promise<void> {
    const log = await readFile(this.#logOf(number), 'utf8').catch(() => '')
    for (const [, why = ''] of log.matchAll(
      /"Leading epoch \d+ \(uploaded in full: ([^"]*)\)\."/g,
    )) {
      // There was nothing to continue, or the bucket would not copy: both are the run's own doing.
      if (/no epoch before|does not copy/.test(why)) continue
      this.#parts.findings.note(`instance ${number} could have continued an epoch: ${why}`)
    }
  }

  #logOf(number: number): string {
    return join(this.#parts.folder, `instance-${number}.log`)
  }
}
