/**
 * What it takes to start with a large database, and to lead, where the data is on a disk, and where it is
 * in the memory of the container. The bucket is a folder: the fake of Cloud Storage would be most of it.
 */
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openDatabase } from '../../db/test-support.ts'
import { required } from '../../e2e/support/environment.ts'
import { fillWith } from './support/ballast.ts'
import { Charged } from './support/charged.ts'
import { acknowledges, isShown, startContainer, until } from './support/containers.ts'
import { numbers, type Row, show } from './support/table.ts'

const places = (process.env.PLACES ?? 'disk,memory').split(',')
const patienceMs = Number(process.env.PATIENCE_MS ?? 120_000)

// Not where the system keeps its temporary files, which may be memory.
const work = mkdtempSync(join(process.env.WORK ?? tmpdir(), 'visits-disk-'))
const rows: Row[] = []
try {
  for (const size of numbers('MEGABYTES', '500,1000')) {
    seed(size)
    for (const place of places) {
      for (const limit of numbers('LIMITS', '256,512')) rows.push(await measure(size, place, limit))
    }
  }
  show('The data on a disk, and in memory', rows)
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

async function measure(size: number, place: string, limit: number): Promise<Row> {
  const run = join(work, 'run')
  const data = join(run, 'data')
  cpSync(join(work, 'seeded'), join(run, 'bucket'), { recursive: true })
  mkdirSync(data)
  execFileSync('chmod', ['-R', 'a+rwX', run])
  chmodSync(work, 0o755)
  const startMs = performance.now()
  const bucket = { replicaUrl: 'file:///bucket/app', environment: {} }
  const memory = `${limit}m`
  const disk = place === 'disk' ? data : memory
  const volumes = [`${join(run, 'bucket')}:/bucket`]
  const app = await startContainer(bucket, { disk, memory, volumes })
  const took: Record<'page' | 'entry', number | '-'> = { page: '-', entry: '-' }
  await using charged = await Charged.watch(app)
  const after = async (holds: () => Promise<boolean>) => {
    const isOver = async () => (await holds()) || !(await app.isRunning())
    await until(isOver, { patienceMs, everyMs: 100 })
    if (!(await app.isRunning())) throw new Error('the container has ended')
    return (performance.now() - startMs) / 1e3
  }
  try {
    took.page = await after(() => isShown(app))
    took.entry = await after(() => acknowledges(app, 'first'))
  } catch (error) {
    console.error(`${size} MB, ${place}, ${limit} MiB: ${error} ${await app.problem()}`)
  }
  const outcome = (await app.isRunning()) ? 'serves' : 'ends'
  const { used, needed } = await charged.take()
  const [onDisk] = execFileSync('du', ['-sm', data], { encoding: 'utf8' }).split('\t')
  if (outcome === 'serves') await app.stop()
  await app.remove()
  rmSync(run, { recursive: true })
  const megabytes = { 'needed MB': needed / 1e6, 'used MB': used / 1e6 }
  return {
    ...{ MB: size, data: place, 'limit MiB': limit, outcome },
    ...{ 'first page s': took.page, 'first write s': took.entry, ...megabytes },
    'disk MB': place === 'disk' ? Number(onDisk) : '-',
  }
}
