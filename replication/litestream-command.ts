import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { setInterval } from 'node:timers/promises'
import { z } from 'zod'
import { problemFrom, ReplicationProblem } from './problem.ts'

export type CommandOptions = {
  signal: AbortSignal
  /** How long Litestream may go on without writing anything, in milliseconds. */
  stallMs: number
}

/**
 * Restores the newest state of the replica at `url` to the new file `to`.
 *
 * @returns whether there was a replica
 * @throws {ReplicationProblem} if there is one, or may be one, that can't be restored now
 */
export async function restoreReplica(
  url: string,
  to: string,
  options: CommandOptions,
): Promise<boolean> {
  await run(['restore', '-if-replica-exists', '-o', to, url], url, options, `${to}.tmp`)
  if (size(to) !== null) return true
  // Litestream also says "no backups" of a replica whose oldest files are gone.
  const txid = await newestTxid(url, options)
  if (txid === 0) return false
  throw new ReplicationProblem('replica-damaged', url, `reaches ${txid} but has no beginning`)
}

const ltxFiles = z.array(z.object({ max_txid: z.string().regex(/^[0-9a-f]{16}$/) }))

/**
 * The newest transaction in the replica at `url`; 0 if there is none.
 *
 * @throws {ReplicationProblem} if the bucket doesn't tell
 */
export async function newestTxid(url: string, options: CommandOptions): Promise<number> {
  const output = await run(['ltx', '-level', 'all', '-json', url], url, options)
  const files = ltxFiles.parse(JSON.parse(output) ?? [])
  return Math.max(0, ...files.map((file) => Number.parseInt(file.max_txid, 16)))
}

async function run(
  args: string[],
  url: string,
  { signal, stallMs }: CommandOptions,
  growing?: string,
): Promise<string> {
  signal.throwIfAborted()
  const child = spawn('litestream', args, { signal, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new AbortController()
  const stalled = killWhenStalled(child, stallMs, growing, ended.signal)
  let output = ''
  let words = ''
  child.stdout.setEncoding('utf8').on('data', (text) => (output += text))
  child.stderr.setEncoding('utf8').on('data', (text) => (words += text))
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (code === 0) return output
  } finally {
    ended.abort()
  }
  // Google's client retries a bucket that it can't reach for ever, and says nothing meanwhile.
  if (await stalled) {
    const silence = `no answer for ${stallMs / 1000} s`
    throw new ReplicationProblem('bucket-unreachable', url, silence)
  }
  throw problemFrom(words, url)
}

async function killWhenStalled(
  child: { kill(signal: 'SIGKILL'): boolean },
  stallMs: number,
  growing: string | undefined,
  ended: AbortSignal,
): Promise<boolean> {
  let last = growing ? size(growing) : null
  try {
    for await (const _ of setInterval(stallMs, null, { signal: ended })) {
      const now = growing ? size(growing) : null
      if (now === last) return child.kill('SIGKILL')
      last = now
    }
  } catch {
    // Aborted: the command has ended by itself.
  }
  return false
}

function size(path: string): number | null {
  return statSync(path, { throwIfNoEntry: false })?.size ?? null
}
