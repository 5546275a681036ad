import { readFile, rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { onPath } from '../../packages/streamkeeper/src/cli/lib/on-path.mjs'
import { run } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { agree, countNode } from './counts.mjs'
import { inProcesses } from './in-processes.mjs'
import { parts } from './parts.mjs'
import { cache, root } from './project.mjs'

const nothing = { passed: 0, failed: 0, skipped: 0 }

/** @returns {Promise<import('./counts.mjs').Result>} */
export async function unit() {
  await parts.aroundPostgres()
  const setup = join(root, 'packages/streamkeeper/src/test-tools/one-postgres.ts')
  const files = await inProcesses(/^(app|db|packages|tools)\/.*\.test\.(mjs|ts)$/)
  // Most tests wait for Litestream, most of the time.
  return nodeTests('unit', files, { concurrency: 4, env: await unitEnvironment(), setup })
}

/** Runs the contract of stores on a second server that speaks S3, too. */
export async function contract() {
  const env = { ...(await unitEnvironment()), SEAWEEDFS: await parts.seaweedfs() }
  const file = 'packages/streamkeeper/src/stores/store.test.ts'
  return nodeTests('contract', [file], { concurrency: 1, env })
}

async function unitEnvironment() {
  return {
    ...onPath([await parts.node(), await parts.litestream()]),
    FAKE_GCS_SERVER: await parts.fakeGcsServer(),
    VERSITYGW: await parts.versitygw(),
    OLD_LITESTREAM: await parts.oldLitestream(),
    POSTGRES_BIN: await parts.postgres(),
    TARBALL: await parts.tarball(),
  }
}

/** Tries the package, as it is published, on the apps in its fixtures: they are built and run in containers. */
export async function packageTests() {
  const node = await parts.node()
  const engine = await parts.engine()
  await parts.baseImages()
  const env = {
    ...onPath([node, await parts.litestream()], engine.env),
    CONTAINER_ENGINE: engine.command,
    FAKE_GCS_SERVER: await parts.fakeGcsServer(),
    TARBALL: await parts.tarball(),
  }
  return nodeTests('package', ['packages/streamkeeper/e2e/*.spec.ts'], { concurrency: 2, env })
}

async function nodeTests(name, files, { concurrency, env, setup }) {
  await parts.dependencies()
  const report = join(cache, `${name}.json`)
  await rm(report, { force: true })
  const args = [
    '--test',
    `--test-concurrency=${concurrency}`,
    // One that hangs is named, and ends no run.
    '--test-timeout=600000',
    ...(setup ? [`--test-global-setup=${setup}`] : []),
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    `--test-reporter=${join(import.meta.dirname, 'test-reporter.mjs')}`,
    `--test-reporter-destination=${report}`,
    ...files,
  ]
  // What Node makes of the sources is made once, not in each of some hundred processes.
  const compiled = { NODE_COMPILE_CACHE: join(cache, 'compiled') }
  const options = { cwd: root, env: { ...compiled, ...env }, deadlineMs: 1_800_000, show: true }
  const { ok } = await run(await parts.node(), args, options)
  const result = await readFile(report, 'utf8').then(JSON.parse, () => null)
  return agree(result ? inRepository(countNode(result)) : nothing, ok)
}

function inRepository({ files, ...counts }) {
  const named = Object.entries(files).map(([file, ms]) => [relative(root, file), ms])
  return { ...counts, files: Object.fromEntries(named) }
}
