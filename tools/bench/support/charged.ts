import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Container } from '../../../e2e/support/container.ts'
import { required } from '../../../e2e/support/environment.ts'

const run = promisify(execFile)
const everyMs = 100

type Charge = {
  /** The time that it had of all cores, in milliseconds. */
  cpuMs: number
  /** The most memory at once, in bytes. */
  used: number
  /** The same without what the kernel keeps of files on a disk, and gives back when it has to. */
  needed: number
}

type Files = { used: string; stat: string; cpu: string }

/** What a container is charged for, seen from this machine: whoever looks from inside is in it. */
export class Charged implements AsyncDisposable {
  readonly #files: Files
  readonly #stop = new AbortController()
  readonly #watching: Promise<void>
  #cpuMs = 0
  #most = { used: 0, needed: 0 }

  private constructor(files: Files) {
    this.#files = files
    this.#watching = this.#watch()
  }

  static async watch({ name }: Container): Promise<Charged> {
    const { stdout } = await run(required('CONTAINER_ENGINE'), [
      ...['inspect', '--format', '{{.State.Pid}}', name],
    ])
    return new Charged(filesFor(await readFile(`/proc/${stdout.trim()}/cgroup`, 'utf8')))
  }

  /** What there was since this was last asked. */
  async take(): Promise<Charge> {
    await this.#look()
    const most = this.#most
    this.#most = { used: 0, needed: 0 }
    const before = this.#cpuMs
    this.#cpuMs = cpuMs(await readFile(this.#files.cpu, 'utf8').catch(() => 'NaN'))
    return { ...most, cpuMs: this.#cpuMs - before }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#watching
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#look()
      await sleep(everyMs)
    }
  }

  async #look(): Promise<void> {
    try {
      const used = Number(await readFile(this.#files.used, 'utf8'))
      const stat = await readFile(this.#files.stat, 'utf8')
      const files = stat.matchAll(/^(?:in)?active_file (\d+)$/gm)
      const needed = [...files].reduce((left, [, bytes]) => left - Number(bytes), used)
      this.#most = {
        used: Math.max(this.#most.used, used),
        needed: Math.max(this.#most.needed, needed),
      }
    } catch {
      // The container has ended.
    }
  }
}

/** @param groups what the kernel says of a process: control groups of version 1, or 2 */
function filesFor(groups: string): Files {
  const root = '/sys/fs/cgroup'
  const pathIn = (kind: string) =>
    new RegExp(`^\\d+:(?:[^:]*,)?${kind}(?:,[^:]*)?:(.*)$`, 'm').exec(groups)?.[1]
  const memory = pathIn('memory')
  if (memory !== undefined) {
    return {
      used: `${root}/memory${memory}/memory.usage_in_bytes`,
      stat: `${root}/memory${memory}/memory.stat`,
      cpu: `${root}/cpuacct${pathIn('cpuacct')}/cpuacct.usage`,
    }
  }
  const folder = `${root}${/^0::(.*)$/m.exec(groups)?.[1]}`
  return {
    used: `${folder}/memory.current`,
    stat: `${folder}/memory.stat`,
    cpu: `${folder}/cpu.stat`,
  }
}

function cpuMs(text: string): number {
  const microseconds = /^usage_usec (\d+)$/m.exec(text)?.[1]
  return microseconds ? Number(microseconds) / 1e3 : Number(text) / 1e6
}
