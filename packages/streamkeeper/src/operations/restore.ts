import { existsSync, renameSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { type Choice, chooseState } from './choose-state.ts'
import { type Context, defineCommand, main, WrongArguments } from './command.ts'
import { changeIn } from './epoch-files.ts'
import { tablesInWords } from './examine.ts'
import { mustBeSound, type Restored, restoreAndExamine, temporaryFolder } from './restored.ts'
import { atLeastOne, parseMoment } from './values.ts'
import { bytesInWords, pairsInWords, positionInWords, timeInWords } from './words.ts'

const help = `Restores the database as it was at a moment to a file of its own, and checks all of it.

  npx streamkeeper restore --to FILE [--at TIME] [--epoch N] [--force] [--url URL] [--json]

  --to FILE        the file to make
  --at TIME        RFC 3339, as in 2026-01-02T12:00:00Z, or how long ago, as in -10m (s, m, h, d);
                   now unless given
  --epoch N        the epoch to take it from; the one that was restorable then unless given
  --force          replace FILE if it is there`

export const command = defineCommand({
  help,
  options: {
    to: { type: 'string' },
    at: { type: 'string' },
    epoch: { type: 'string' },
    force: { type: 'boolean', default: false },
  },
  schema: z.object({
    to: z.string({ error: 'is missing: name the file to make' }).min(1, 'needs the name of a file'),
    at: z.string().optional(),
    epoch: atLeastOne.optional(),
    force: z.boolean(),
  }),
  run: async (values, context) => {
    const at = readMoment(values.at, Date.now())
    const to = resolve(values.to)
    const mayTake = () => mayWrite(to, values.force)
    mayTake()
    const choice = await chooseState(at, values.epoch ?? null, context)
    const restored = await restoreTo(to, choice, mayTake, context)
    const { files, url } = choice
    const changedAt = changeIn(files, restored.txid, at)
    const { bytes, tables } = restored
    const txid = files.layout === 'ltx' ? restored.txid : null
    return {
      ok: true,
      facts: {
        ...{ file: to, at: timeInWords(at), url, epoch: files.epoch, txid, bytes, tables },
        changedAt: changedAt && timeInWords(changedAt),
      },
      words: `Restored the state of ${timeInWords(at)}; all of it is sound.\n${pairsInWords([
        ['file', `${to}, ${bytesInWords(bytes)}`],
        ['epoch', positionInWords(files, txid)],
        [
          'changed',
          changedAt === null ? 'unknown' : `${timeInWords(changedAt)}, the last one kept of then`,
        ],
        ['tables', tablesInWords(tables)],
      ])}`,
    }
  },
})

function readMoment(text: string | undefined, now: number): number {
  const at = text === undefined ? now : parseMoment(text, now)
  if (at === null) {
    throw new WrongArguments(`--at "${text}" is not a time: write 2026-01-02T12:00:00Z, or -10m.`)
  }
  if (at > now) throw new WrongArguments(`--at ${timeInWords(at)} is in the future.`)
  return at
}

function mayWrite(to: string, force: boolean): void {
  if (!existsSync(dirname(to))) throw new Error(`There is no folder ${dirname(to)}: make it first.`)
  if (statSync(to, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Error(`${to} is a folder: name the file to make in it.`)
  }
  if (existsSync(to) && !force) {
    throw new Error(`${to} is there already: name another file, or replace it with --force.`)
  }
  // SQLite would take what is in it for part of the new file.
  const beside = ['-wal', '-shm', '-journal'].map((suffix) => to + suffix).find(existsSync)
  if (beside)
    throw new Error(
      `${beside} is there: a database is in use, or was not closed. Name another file.`,
    )
}

async function restoreTo(
  to: string,
  { url, moment }: Choice,
  mayTake: () => void,
  context: Context,
): Promise<Restored> {
  // Beside the file, as only within a file system it can take its place at once.
  using folder = temporaryFolder(`${to}.restoring-`)
  const file = join(folder.path, basename(to))
  const restored = await restoreAndExamine(url, file, context, moment ? { moment } : {})
  if (!restored) throw new Error(`${url} was removed just now: try again.`)
  mustBeSound(restored, url)
  // A restore can take long enough for somebody to have made a file there.
  mayTake()
  renameSync(file, to)
  return restored
}

if (import.meta.main) await main(command)
