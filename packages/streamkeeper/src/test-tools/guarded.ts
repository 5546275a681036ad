import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import type { User } from './test-postgres.ts'

// Kills the program, and the one that it keeps, when this shell's stdin ends: also when the test is killed.
const guard =
  '"$@" & cat; kill -KILL $!; kill -CONT $!; [ -f "$KEPT" ] && kill -KILL $(head -n 1 "$KEPT"); wait $!'

/** A program of the tests that ends with them. */
export class Guarded {
  readonly #shell: ChildProcess

  /**
   * @param log a file for what it says
   * @param kept the file with the process that it keeps, if it does
   */
  constructor([program, ...args]: [string, ...string[]], user: User, log: string, kept = '') {
    const output = openSync(log, 'a')
    // Debian has servers where only root looks.
    const env = { ...process.env, KEPT: kept, PATH: `${process.env.PATH}:/usr/sbin` }
    this.#shell = spawn('/bin/sh', ['-c', guard, 'guard', program, ...args], {
      ...user,
      env,
      cwd: '/',
      stdio: ['pipe', output, output],
    })
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    if (this.#shell.exitCode !== null || this.#shell.signalCode !== null) return
    const exited = once(this.#shell, 'exit')
    this.#shell.stdin?.end()
    await exited
  }

  /** The processes that it has begun, and those that they have. */
  get pids(): number[] {
    const [, ...others] = familyOf(this.#shell.pid ?? 0)
    return others
  }
}

/** A process, and all that it has begun; nothing of one that has ended. */
export function familyOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(familyOf)]
}

function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

export function signalAll(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended meanwhile.
    }
  }
}
