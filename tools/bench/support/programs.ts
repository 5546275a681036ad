import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { required } from '../../../e2e/support/environment.ts'
import { freePort } from '../../../packages/streamkeeper/src/test-tools/ports.ts'

const root = join(import.meta.dirname, '../../..')
const built = join(root, '.next/standalone')

type Options = { cwd?: string; env: Record<string, string> }

/** Starts the built app as its container does, or what another command makes of it. */
export function startApp(
  env: Record<string, string>,
  { command = underLitestream(), cwd = built } = {},
): Promise<Program> {
  const quiet = { RATE_LIMITS: 'off', METRICS_PORT: '', LITESTREAM_METRICS: '' }
  return Program.start(command, { cwd, env: { NODE_ENV: 'production', ...quiet, ...env } })
}

export function underLitestream(config = join(root, 'litestream.yml')): string[] {
  return [required('LITESTREAM'), 'replicate', '-config', config, '-exec', 'node server.js']
}

/** A program that serves HTTP on a port of this machine. */
export class Program {
  readonly url: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
  }

  /** Starts it with a free port as `PORT`, and waits until it answers `/`. */
  static async start([file = '', ...args]: string[], { cwd, env }: Options): Promise<Program> {
    const PORT = String(await freePort())
    const child = spawn(file, args, {
      ...(cwd && { cwd }),
      env: { ...process.env, PORT, ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const program = new Program(child, `http://127.0.0.1:${PORT}`)
    for (let tries = 0; tries < 600; tries++) {
      if (child.exitCode !== null) break
      const answer = await fetch(program.url).catch(() => null)
      await answer?.body?.cancel()
      if (answer?.ok) return program
      await sleep(50)
    }
    child.kill('SIGKILL')
    throw new Error(`${[file, ...args].join(' ')} does not answer.`)
  }

  /** Of the program itself, which may have started others. */
  get pid(): number {
    return this.#child.pid ?? Number.NaN
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    await exited
  }
}
