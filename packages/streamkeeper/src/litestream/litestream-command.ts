import { execFile } from 'node:child_process'
import { rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setInterval } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { litestreamUrl } from '../stores/litestream-url.ts'
import { openStore } from '../stores/open-store.ts'
import { problemFrom, ReplicationProblem } from '../stores/problem.ts'
import { baseOfOld, type ReplicaUrl } from '../stores/replica-url.ts'
import type { Store } from '../stores/store.ts'
import { diagnose } from './diagnose.ts'
import { listLtxFiles, newestIn } from './ltx-files.ts'
import { bringGeneration, folderFor } from './old-layout/bring.ts'
import { restoreApart } from './restore-apart.ts'
import { timed } from './timed.ts'

export type CommandOptions = {
  signal: AbortSignal
  /** How long Litestream may go on without writing anything, in milliseconds. */
  stallMs: number
}

/** A state before the newest: that of a transaction, or the last one before a time. */
export type Moment = { txid: number } | { before: Date }

/**
 * Restores the newest state of the replica at `url`, or that of a moment, to the new file `to`.
 *
 * @returns the transaction that the file is at; null if there is no replica
 * @throws {ReplicationProblem} if there is one, or may be one, that can't be restored now
 */
export async function restoreReplica(
  url: string,
  to: string,
  { moment, ...options }: CommandOptions & { moment?: Moment },
): Promise<number | null> {
  const base = baseOfOld(url)
  if (base) return restoreOld(base, url, to, moment, options)
  const txid = moment ? null : await restoreApart(url, to, options)
  return txid ?? timed('by Litestream', () => restoreByLitestream(url, to, moment, options))
}

async function restoreByLitestream(
  url: string,
  to: string,
  moment: Moment | undefined,
  options: CommandOptions,
): Promise<number | null> {
  const flags = ['-if-replica-exists', '-json', ...momentFlags(moment)]
  const args = ['restore', ...flags, '-o', to, litestreamUrl(url)]
  const output = await runLong(args, url, options, `${to}.tmp`).catch(async (error) => {
    throw error instanceof Failed ? await diagnose(storeOf(url, options), url, error.words) : error
  })
  if (size(to) !== null) return Number.parseInt(restored.parse(JSON.parse(output)).txid, 16)
  // Litestream also says "no backups" of a replica whose oldest files are gone.
  if ((await newestTxid(url, options)) === 0) return null
  throw await diagnose(storeOf(url, options), url, output)
}

// Litestream 0.5 reads what 0.3 wrote in a folder, and not in Cloud Storage; and of several
// generations it would take the one with the newest snapshot, not the one with the newest change.
async function restoreOld(
  base: ReplicaUrl,
  url: string,
  to: string,
  moment: Moment | undefined,
  options: CommandOptions,
): Promise<number | null> {
  using folder = folderFor(to)
  const before = moment && 'before' in moment ? moment.before.getTime() : undefined
  const brought = { signal: options.signal, before }
  if (!(await bringGeneration(storeOf(base, options), url, folder.path, brought))) return null
  const config = join(folder.path, 'litestream.yml')
  const replica = { type: 'file', path: folder.path }
  writeFileSync(config, JSON.stringify({ dbs: [{ path: to, replica }] }))
  const args = ['restore', '-no-expand-env', '-config', config, '-o', to, to]
  await run(args, url, options, `${to}.tmp`).catch((error) => {
    rmSync(`${to}.tmp-wal`, { force: true })
    if (!(error instanceof Failed)) throw error
    const { code, detail } = problemFrom(error.words, url)
    const isFull = code === 'disk-full'
    throw new ReplicationProblem(isFull ? code : 'old-replica-damaged', url, detail)
  })
  return oldTxid
}

/** Litestream 0.3 counted no transactions: its replicas are at their first one. */
const oldTxid = 1

/**
 * Brings all of the database file, which nobody else replicates, to the replica at `url`.
 *
 * @param options.stallMs how long it may take; Litestream's uploads have no deadline
 * @throws {ReplicationProblem} if it isn't all there
 */
export async function replicateOnce(
  path: string,
  url: string,
  options: CommandOptions,
): Promise<void> {
  const config = `${path}-litestream.yml`
  // JSON is YAML. Litestream goes on trying for 30 s after its only sync has failed, unless told.
  const settings = {
    'shutdown-sync-timeout': '1s',
    logging: { level: 'error', stderr: true },
    dbs: [{ path, replica: { url: litestreamUrl(url) } }],
  }
  writeFileSync(config, JSON.stringify(settings))
  const args = ['replicate', '-once', '-no-expand-env', '-config', config]
  await run(args, url, options).catch((error) => {
    throw error instanceof Failed ? problemFrom(error.words, url) : error
  })
}

// Of one upload, at least three times as long as that of Cloud Storage.
const openMs = 100

class Silence extends ReplicationProblem {
  constructor(url: string, ms: number) {
    super('bucket-unreachable', url, `no answer for ${ms / 1000} s`)
  }
}

const hexTxid = z.string().regex(/^[0-9a-f]{16}$/)
const restored = z.object({ txid: hexTxid })
/** Litestream has ended with an error. */
class Failed extends Error {
  readonly words: string

  constructor(words: string) {
    super(words)
    this.words = words
  }
}

/**
 * The newest transaction in the replica at `url`; 0 if there is none.
 *
 * @throws {ReplicationProblem} if the bucket doesn't tell
 */
export async function newestTxid(url: string, options: CommandOptions): Promise<number> {
  const base = baseOfOld(url)
  if (!base) return newestIn(await listLtxFiles(storeOf(url, options)))
  return (await storeOf(base, options).list('generations/')).length > 0 ? oldTxid : 0
}

function storeOf(url: string, { stallMs }: CommandOptions): Store {
  return openStore(url as ReplicaUrl, stallMs)
}

function momentFlags(moment: Moment | undefined): string[] {
  if (!moment) return []
  return 'txid' in moment
    ? ['-txid', moment.txid.toString(16).padStart(16, '0')]
    : ['-timestamp', moment.before.toISOString()]
}

// Litestream opens all uploads since the last snapshot, 32 at once, before it writes anything. Where there
// are many, that is no silence of the bucket.
async function runLong(
  args: string[],
  url: string,
  options: CommandOptions,
  growing: string,
): Promise<string> {
  try {
    return await run(args, url, options, growing)
  } catch (error) {
    if (!(error instanceof Silence)) throw error
    const uploads = (await listLtxFiles(storeOf(url, options))).length
    return run(args, url, { ...options, stallMs: options.stallMs + uploads * openMs }, growing)
  }
}

async function run(
  args: string[],
  url: string,
  { signal, stallMs }: CommandOptions,
  growing?: string,
): Promise<string> {
  signal.throwIfAborted()
  // After SIGTERM it goes on waiting for a bucket that doesn't answer.
  const killed = { signal, killSignal: 'SIGKILL', maxBuffer: Number.POSITIVE_INFINITY } as const
  const running = promisify(execFile)('litestream', args, killed)
  const ended = new AbortController()
  const stalled = killWhenStalled(running.child, stallMs, growing, ended.signal)
  try {
    return (await running).stdout
  } catch (error) {
    ended.abort()
    // Google's client retries a bucket that it can't reach for ever, and says nothing meanwhile.
    if (await stalled) throw new Silence(url, stallMs)
    const { code, stderr } = error as { code: unknown; stderr: string }
    // It was aborted, or there is no Litestream.
    if (typeof code === 'string') throw error
    throw new Failed(stderr)
  } finally {
    ended.abort()
  }
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
