import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import Sqlite from 'better-sqlite3'
import { epochUrl, parseReplicaUrl } from '../stores/replica-url.ts'
import { random } from '../test-tools/random.ts'
import { restoreReplica } from './litestream-command.ts'
import { Instance } from './test-support/instance.ts'
import { type Content, Table } from './test-support/table.ts'
import { temporaryFolder } from './test-support.ts'

const pageSizes = [512, 4096, 65_536]
// More of both for a longer look: SIMULATOR_LEADERSHIPS=30 SIMULATOR_SECONDS=10, SIMULATOR_MEGABYTES=1200
const leaderships = Number(process.env.SIMULATOR_LEADERSHIPS ?? 4)
const seconds = Number(process.env.SIMULATOR_SECONDS ?? 1.5)
const seed = Number(process.env.SIMULATOR_SEED ?? 1)
/** In MB; beyond 1,074 it has SQLite's lock page. */
const ballast = Number(process.env.SIMULATOR_MEGABYTES ?? 1)
// A copy has all of the database; what is uploaded is the changes, in whole pages.
const mostUploaded = (pageSize: number) => 64_000 + pageSize

type Ending = 'steps down' | 'crashes' | 'wakes up'

describe('Leaderships in a row, each continuing the one before', { concurrency: true }, () => {
  for (const pageSize of pageSizes) {
    const title = `keep every row that was acknowledged, with pages of ${pageSize} bytes`
    it(title, { timeout: 3_600_000 }, (test) => simulate(test, pageSize))
  }
})

async function simulate(test: TestContext, pageSize: number): Promise<void> {
  const folder = temporaryFolder(test)
  const base = parseReplicaUrl(`file://${folder}/bucket`)
  const chance = random(seed * 1_000_003 + pageSize)
  const pick = <T>(...choices: [T, ...T[]]): T =>
    choices[Math.floor(chance() * choices.length)] ?? choices[0]
  const instances: Instance[] = []
  const instance = (): Instance => {
    const made = new Instance({
      base,
      folder: join(folder, `instance-${instances.length}`),
      pageSize,
      snapshotSeconds: 4 + Math.ceil(ballast / 10),
    })
    instances.push(made)
    return made
  }
  test.after(() => Promise.all(instances.map((left) => left.crash())))

  let leader = instance()
  await leader.begin(1)
  for (let megabyte = 0; megabyte < ballast; megabyte++) leader.table.insert(randomBytes(1_000_000))
  const epochs = [leader.table]
  for (let epoch = 2; epoch <= leaderships; epoch++) {
    const [before, follower] = [leader, instance()]
    await live(before, chance, seconds / 2)
    if (pick(true, false)) await follower.bring(before.epoch)
    await live(before, chance, seconds / 2)
    const ending = pick<Ending>('steps down', 'crashes', 'wakes up')
    const isOver = new AbortController()
    const writing = ending === 'wakes up' ? writeOn(before, chance, isOver.signal) : null
    if (ending === 'steps down') await before.stepDown()
    if (ending === 'crashes') await before.crash()
    leader = ending === 'steps down' && pick(true, false) ? before : follower
    const { how, copied, uploaded, ms } = await leader.continue(before.epoch, epoch)
    isOver.abort()
    await writing
    if (ending === 'wakes up') await before.crash()
    test.diagnostic(
      `epoch ${epoch - 1} ${ending}; ${how}, ${copied.files} files with ${copied.bytes} bytes copied, ${uploaded} bytes uploaded; ${ms} ms`,
    )
    assert.ok(
      epochs.at(-1)?.mayBeThere.includes(leader.begunWith),
      'what was acknowledged is there',
    )
    assert.ok(uploaded < mostUploaded(pageSize), `${uploaded} bytes were uploaded`)
    epochs.push(leader.table)
  }
  await live(leader, chance, seconds)
  await leader.stepDown()
  for (const [index, { mayBeThere }] of epochs.entries()) {
    const restored = await contentOf(epochUrl(base, index + 1), join(folder, 'restored.db'))
    assert.ok(mayBeThere.includes(restored), `epoch ${index + 1} restores to what it had`)
  }
}

/** Changes, some of which are waited for. */
async function live({ table, acknowledge }: Living, chance: () => number, seconds: number) {
  const until = performance.now() + seconds * 1_000
  while (performance.now() < until) {
    change(table, chance)
    if (chance() < 0.3) await acknowledge()
    else await sleep(10)
  }
  await acknowledge()
}

/** What a leader does that does not know yet that it is none any more. */
async function writeOn({ table }: Living, chance: () => number, isOver: AbortSignal) {
  while (!isOver.aborted) {
    change(table, chance)
    await sleep(10)
  }
}

type Living = Pick<Instance, 'table' | 'acknowledge'>

function change(table: Table, chance: () => number): void {
  const kind = chance()
  const text = () => randomBytes(1 + Math.floor(chance() * 700)).toString('hex')
  if (kind < 0.01) table.vacuum()
  else if (kind < 0.05) table.delete(50)
  else if (kind < 0.3) table.update(97, text())
  else if (kind < 0.4) table.insert(...Array.from({ length: 300 }, text))
  else table.insert(text())
}

async function contentOf(url: string, path: string): Promise<Content> {
  rmSync(path, { force: true })
  const options = { signal: new AbortController().signal, stallMs: 60_000 }
  assert.ok(await restoreReplica(url, path, options))
  const client = new Sqlite(path, { readonly: true })
  assert.equal(client.pragma('integrity_check', { simple: true }), 'ok')
  client.close()
  return Table.read(path)
}
