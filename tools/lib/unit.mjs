import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { onPath } from '../../packages/streamkeeper/src/cli/lib/on-path.mjs'
import { run } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { agree, countTap } from './counts.mjs'
import { parts } from './parts.mjs'
import { cache, root } from './project.mjs'

/** @returns {Promise<import('./counts.mjs').Counts>} */
export async function unit() {
  await parts.dependencies()
  const node = await parts.node()
  const report = join(cache, 'unit.tap')
  await rm(report, { force: true })
  const args = [
    '--test',
    // Most tests wait for Litestream, most of the time.
    '--test-concurrency=4',
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${report}`,
    '{app,db,packages,tools}/**/*.test.{mjs,ts}',
  ]
  const env = {
    ...onPath([node, await parts.litestream()]),
    FAKE_GCS_SERVER: await parts.fakeGcsServer(),
    OLD_LITESTREAM: await parts.oldLitestream(),
    POSTGRES_BIN: await parts.postgres(),
  }
  const { ok } = await run(node, args, { cwd: root, env, deadlineMs: 1_800_000, show: true })
  return agree(countTap(await readFile(report, 'utf8').catch(() => '')), ok)
}
