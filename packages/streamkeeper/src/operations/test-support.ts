import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, type TestContext } from 'node:test'
import { defaultTiming, Lease } from '../lease/lease.ts'
import { copyEpoch } from '../litestream/copy-epoch.ts'
import { restoreReplica } from '../litestream/litestream-command.ts'
import { localTxid } from '../litestream/local-position.ts'
import { beginAt } from '../litestream/ltx/begin-at.ts'
import { replicate, temporaryFolder } from '../litestream/test-support.ts'
import { migrateDatabase } from '../sqlite/migrate.ts'
import { openDatabase } from '../sqlite/open.ts'
import { app } from '../sqlite/test-support.ts'
import { epochName } from '../stores/epochs.ts'
import { FileStore } from '../stores/file-store.ts'
import { epochUrl } from '../stores/replica-url.ts'
import { addNote } from '../test-app/notes.ts'
import { type Command, runCommand } from './command.ts'
import { command as history } from './history.ts'
import { command as lease } from './lease.ts'
import { command as restore } from './restore.ts'
import { command as seed } from './seed.ts'
import { command as verify } from './verify.ts'

export type Answer = { code: number | null; stdout: string; stderr: string }

// It is the folder whose configuration they load.
process.chdir(app.folder)

const commands = { history, lease, restore, seed, verify }

export type CommandName = keyof typeof commands

/** Runs a command as its own process would, in this one. */
export async function run(
  name: CommandName,
  args: string[],
  env: Record<string, string> = {},
): Promise<Answer> {
  return runHere(commands[name], args, { env })
}

/**
 * Runs a command in this process, with these variables meanwhile.
 *
 * @param options.signal ends it as Ctrl-C would
 * @param options.onSaid told all that it has said on stderr, each time that there is more
 */
export async function runHere(
  command: Command<unknown>,
  args: string[],
  {
    env = {},
    signal = new AbortController().signal,
    onSaid = () => {},
  }: {
    env?: Record<string, string>
    signal?: AbortSignal
    onSaid?: (words: string) => unknown
  },
): Promise<Answer> {
  const before = { ...process.env }
  Object.assign(process.env, env)
  const answer = { stdout: '', stderr: '' }
  const output = (name: 'stdout' | 'stderr') => ({
    write(words: string) {
      answer[name] += words
      if (name === 'stderr') onSaid(answer.stderr)
    },
  })
  const terminal = { stdout: output('stdout'), stderr: output('stderr'), signal }
  try {
    const code = await runCommand(command, args, terminal)
    return { code, ...answer }
  } finally {
    for (const name of Object.keys(env)) {
      if (before[name] === undefined) delete process.env[name]
      else process.env[name] = before[name]
    }
  }
}

/** Begins to run a command, in the folder of the test app. */
export function begin(
  name: string,
  args: string[],
  env: Record<string, string> = {},
): ChildProcess {
  const file = join(import.meta.dirname, `${name}.ts`)
  const options = { cwd: app.folder, env: { ...process.env, ...env } }
  return spawn(process.execPath, [file, ...args], options)
}

export async function answerOf(child: ChildProcess): Promise<Answer> {
  const { stdout, stderr } = child
  if (!stdout || !stderr) throw new Error('it was begun without pipes')
  const [said, alsoSaid, [code]] = await Promise.all([
    text(stdout),
    text(stderr),
    once(child, 'exit'),
  ])
  return { code, stdout: said, stderr: alsoSaid }
}

/** Adds a note to the database at `path`, made and migrated where there is none. */
export function note(path: string, text: string): void {
  const database = openDatabase(path)
  migrateDatabase(database, app)
  addNote(database, text)
  database.$client.close()
}

/** The notes in the database at `path`, oldest first. */
export function notesIn(path: string): string[] {
  const database = openDatabase(path)
  const rows = database.$client.prepare('select text from notes order by id').pluck().all()
  database.$client.close()
  return rows as string[]
}

/** A folder as the bucket, and leaderships that leave an epoch each there. */
export function bucketScene(test: TestContext) {
  const folder = temporaryFolder(test)
  const bucket = join(folder, 'bucket')
  mkdirSync(bucket)
  const url = `file://${bucket}`
  const store = new FileStore(bucket)
  const me = { id: 'a', service: 'local', revision: 'r', instance: 'i' }
  // Longer than a command takes to start on a busy machine.
  const lease = new Lease(store, url, me, { timing: { ...defaultTiming, ttlMs: 60_000 } })
  return {
    ...{ folder, bucket, url, store, lease },
    path: join(folder, 'app.db'),
    /**
     * Writes the notes to a database of its own and has each replicated, as if it had been at the
     * time beside it.
     *
     * @param markAt when the epoch is complete; null if it never is
     * @param options.snapshotAt when there is a snapshot of all of it
     */
    async lead(
      changes: Record<string, number>,
      markAt: number | null,
      { snapshotAt }: { snapshotAt?: number } = {},
    ): Promise<void> {
      const { epoch } = await lease.acquire()
      const path = join(temporaryFolder(test), 'app.db')
      const levels = join(bucket, epochName(epoch), 'ltx')
      for (const [text, at] of Object.entries(changes)) {
        note(path, text)
        await replicate(path, epochUrl(url, epoch))
        dateNewest(join(levels, '0'), at)
      }
      if (snapshotAt !== undefined) {
        await replicate(path, epochUrl(url, epoch), '-force-snapshot')
        dateNewest(join(levels, '9'), snapshotAt)
      }
      if (markAt !== null) await lease.publishEpoch(markAt)
      await lease.release()
    },
    /** The same with an epoch that continues the restorable one. */
    async goOn(changes: Record<string, number>, markAt: number | null): Promise<void> {
      const { before, epoch } = await lease.acquire()
      const { txid } = await copyEpoch(store, before.lease.restorable, epoch)
      const path = join(temporaryFolder(test), 'app.db')
      const signal = new AbortController().signal
      await restoreReplica(epochUrl(url, epoch), path, { signal, stallMs: 10_000 })
      // Kept open, as else the WAL would be gone with the first change.
      const { $client } = openDatabase(path)
      for (const [text, at] of Object.entries(changes)) {
        note(path, text)
        if (localTxid(path) === 0) assert.equal(beginAt(path, txid, at), null)
        await replicate(path, epochUrl(url, epoch))
        dateNewest(join(bucket, epochName(epoch), 'ltx/0'), at)
      }
      $client.close()
      const begunWith = { epoch: before.lease.restorable, txid }
      if (markAt !== null) await lease.publishEpoch(markAt, { begunWith, continued: true })
      await lease.release()
    },
  }
}

/**
 * A bucket that is filled once, and copied for each test that asks for it: to replicate a change starts
 * Litestream.
 */
export function filledOnce(fill: (bucket: ReturnType<typeof bucketScene>) => Promise<void>) {
  const filled = mkdtempSync(join(tmpdir(), 'streamkeeper-'))
  let filling: Promise<void> | null = null
  after(() => rmSync(filled, { recursive: true, force: true }))
  return async (test: TestContext) => {
    filling ??= (async () => {
      const first = bucketScene(test)
      await fill(first)
      cpSync(first.bucket, filled, { recursive: true, preserveTimestamps: true })
    })()
    await filling
    const scene = bucketScene(test)
    cpSync(filled, scene.bucket, { recursive: true, preserveTimestamps: true })
    return scene
  }
}

// A file's time is where Litestream keeps that of the change, in a folder that is a bucket.
function dateNewest(folder: string, at: number): void {
  const newest = readdirSync(folder).toSorted().at(-1)
  if (newest) utimesSync(join(folder, newest), at / 1_000, at / 1_000)
}
