/**
 * The app in its real containers on one bucket, while people and programs use it and faults happen all
 * the time: what was acknowledged stays, the app recovers from each fault, and nothing grows.
 * `npm run soak -- --help` says how to run it.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Bucket } from '../../../e2e/support/bucket.ts'
import { Router } from '../../../packages/streamkeeper/src/test-tools/router.ts'
import { withTimeout } from '../../../packages/streamkeeper/src/with-timeout.ts'
import { saveBucket } from './bucket-content.ts'
import { Checker } from './checker.ts'
import { Findings } from './findings.ts'
import { Fleet } from './fleet.ts'
import { Load } from './load.ts'
import { Recoveries } from './recoveries.ts'
import { report } from './report.ts'
import { Run, type Soak } from './run.ts'
import { Watcher } from './vitals.ts'

/** Somebody wants the run to end. */
class Interrupted extends Error {}

// They were checked before anything was built.
const [minutes = 30, seed = 1, faultsAMinute = 40] = process.argv.slice(2).map(Number)
const plan = { minutes, seed, faultsAMinute }
const folder = join(import.meta.dirname, '../../../.cache/soak')
const interruption = interrupted()
await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
console.log(`Seed ${seed}: ${minutes} min, ${faultsAMinute} faults a minute.`)

const findings = new Findings()
const bucket = await Bucket.start()
const router = await Router.start()
const fleet = new Fleet({ bucket, router, findings, folder })
try {
  process.exitCode = await soakApp()
} catch (error) {
  console.error(error instanceof Interrupted ? error.message : error)
  process.exitCode = error instanceof Interrupted ? 130 : 1
} finally {
  findings.close()
  await fleet.end()
  router.stop()
  await bucket.stop()
}
// What is left waits for an app that is gone.
process.exit()

/** @returns the exit code */
async function soakApp(): Promise<number> {
  await Promise.race([fleet.replace(), interruption])
  const load = new Load(router.url, { seed, findings })
  const checker = new Checker(bucket, load.ledger, findings)
  const parts = { bucket, fleet, load, checker, findings }
  const soak = { ...plan, ...parts, recoveries: new Recoveries(), watcher: new Watcher() }
  const run = new Run(soak)
  const running = run.all().then(() => finish(soak))
  try {
    await Promise.race([running, findings.serious, interruption])
  } catch (error) {
    run.end()
    load.end().catch(() => {})
    if (error instanceof Interrupted) throw error
    const message = error instanceof Error ? error.message : String(error)
    if (!findings.all.includes(message)) findings.note(message)
    // A fault may be under way.
    await Promise.race([running.catch(() => {}), sleep(20_000), interruption])
  }
  await bucket.mend()
  await report(soak)
  return findings.all.length === 0 ? 0 : await explain()
}

/** What is checked once the last client was told of its last request, and the last instance stopped. */
async function finish({ load, checker }: Soak): Promise<void> {
  await withTimeout(
    90_000,
    load.end(),
    () => new Error('clients were not told of their last requests'),
  )
  await fleet.stop(fleet.current)
  await checker.check()
  const { epochs, continued } = await checker.checkEpochs()
  console.log(
    `\nEach of ${epochs} epochs was restored, and compared; ${continued} continued another.`,
  )
}

async function explain(): Promise<number> {
  const from = relative(process.cwd(), folder)
  await saveBucket(bucket, join(folder, 'bucket'))
  console.log(`\nWrong, with seed ${seed}:\n`)
  for (const finding of findings.all) console.log(`- ${finding}`)
  console.log(`\nThe instances' logs are in ${from}, the bucket's objects in ${from}/bucket.`)
  return 1
}

/** Rejects at the first signal, or error that nobody caught; what comes after changes nothing. */
function interrupted(): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>()
  promise.catch(() => {})
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => reject(new Interrupted(`Interrupted by ${signal}.`)))
  }
  process.on('uncaughtException', reject)
  return promise
}
