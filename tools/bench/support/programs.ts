import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { required } from '../../../e2e/support/environment.ts'

const root = join(import.meta.dirname, '../../..')

/** Where the built app is. */
export const appFolder = join(root, '.next/standalone')

/** What runs the app there as the container does. */
export function underLitestream(config = join(root, 'litestream.yml')): string[] {
  return [required('LITESTREAM'), 'replicate', '-config', config, '-exec', 'node server.js']
}

/** A program that serves HTTP on a port of this machine. */
export class Program {
  readonly url: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, port: number) {
    this.#child = child
    this.url = `http://127.0.0.1:${port}`
  }

  /** Starts it, and waits until it answers `/`. */
  static async start(
    command: string[],
    port: number,
    { cwd, env }: { cwd?: string; env: Record<string, string> },
  ): Promise<Program> {
    const [file = '', ...args] = command
    const child = spawn(file, args, {
      ...(cwd && { cwd }),
      env: { ...process.env, PORT: String(port), ...env },
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    const program = new Program(child, port)
    for (let tries = 0; tries < 600; tries++) {
      if (child.exitCode !== null) break
      const answer = await fetch(program.url).catch(() => null)
      await answer?.body?.cancel()
      if (answer?.ok) return program
      await sleep(50)
    }
    child.kill('SIGKILL')
    throw new Error(`${command.join(' ')} does not answer.`)
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
