/**
 * What it takes to start with a large database, and to lead, where the data is on a disk, and where it is
 * in the memory of the container. The bucket is a folder: the fake of Cloud Storage would be most of it.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '../../db/test-support.ts'
import { postEntry } from '../../e2e/support/api-client.ts'
import { Container } from '../../e2e/support/container.ts'
import { required } from '../../e2e/support/environment.ts'
import { fillWith } from './support/ballast.ts'
import { Charged } from './support/charged.ts'
import { printTable } from './support/table.ts'

const sizes = (process.env.MEGABYTES ?? '500,1000').split(',').map(Number)
const limits = (process.env.LIMITS ?? '256,512').split(',').map(Number)
const places = (process.env.PLACES ?? 'disk,memory').split(',')
const patienceMs = Number(process.env.PATIENCE_MS ?? 120_000)
const html = { accept: 'text/html' }

// Not where the system keeps its temporary files, which may be memory.
const work = mkdtempSync(join(process.env.WORK ?? tmpdir(), 'visits-disk-'))
const rows: (string | number)[][] = []
try {
  for (const size of sizes) {
    seed(size)
    for (const place of places) for (const limit of limits) await measure(size, place, limit)
  }
  printTable(
    [
      'database MB',
      'data',
      'limit MiB',
      'page s',
      'entry s',
      'needed MB',
      'used MB',
      'disk MB',
      '',
    ],
    rows,
  )
} finally {
  rmSync(work, { recursive: true })
}

function seed(megabytes: number): void {
  const path = join(work, 'app.db')
  const database = openDatabase(path)
  fillWith(database, megabytes)
  database.$client.close()
  const epoch = join(work, 'seeded', 'app', 'epoch-00000001')
  rmSync(join(work, 'seeded'), { recursive: true, force: true })
  execFileSync(required('LITESTREAM'), ['replicate', '-once', path, `file://${epoch}`])
  for (const name of ['app.db', 'app.db-wal', 'app.db-shm', '.app.db-litestream']) {
    rmSync(join(work, name), { recursive: true, force: true })
  }
}

async function measure(size: number, place: string, limit: number): Promise<void> {
  const run = join(work, 'run')
  cpSync(join(work, 'seeded'), join(run, 'bucket'), { recursive: true })
  mkdirSync(join(run, 'data'))
  execFileSync('chmod', ['-R', 'a+rwX', run])
  chmodSync(work, 0o755)
  const disk = place === 'disk' ? join(run, 'data') : `${limit}m`
  const startMs = performance.now()
  const app = await Container.start({ REPLICA_URL: 'file:///bucket/app' }, disk, {
    memory: `${limit}m`,
    volumes: [`${join(run, 'bucket')}:/bucket`],
  })
  const took = { page: Number.NaN, entry: Number.NaN }
  await using charged = await Charged.watch(app)
  try {
    took.page = await until(app, startMs, () => isShown(app.url))
    took.entry = await until(app, startMs, async () => (await postEntry(app.url, 'x')) === 201)
  } catch (error) {
    console.error(`${size} MB, ${place}, ${limit} MiB: ${error}`)
  }
  const isRunning = await app.isRunning()
  const { used, needed } = await charged.take()
  const onDisk = Number(
    execFileSync('du', ['-sm', join(run, 'data')], { encoding: 'utf8' }).split('\t')[0],
  )
  const outcome = isRunning ? `exit code ${await app.stop()}` : 'ended'
  rows.push([
    ...[size, place, limit, took.page / 1e3, took.entry / 1e3, needed / 1e6, used / 1e6],
    ...[place === 'disk' ? onDisk : '-', outcome],
  ])
  await app.remove()
  rmSync(run, { recursive: true })
}

async function until(
  app: Container,
  startMs: number,
  holds: () => Promise<boolean>,
): Promise<number> {
  const endMs = startMs + patienceMs
  while (performance.now() < endMs) {
    if (await holds()) return performance.now() - startMs
    if (!(await app.isRunning())) throw new Error('the container has ended')
    await sleep(100)
  }
  throw new Error(`not within ${patienceMs / 1000} s: ${await app.problem()}`)
}

function isShown(url: string): Promise<boolean> {
  return fetch(`${url}/guestbook`, { headers: html }).then(
    async (answer) => {
      await answer.text()
      return answer.ok
    },
    () => false,
  )
}
