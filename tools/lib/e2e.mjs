import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { onPath } from '../../packages/streamkeeper/src/cli/lib/on-path.mjs'
import { run } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { agree, countPlaywright } from './counts.mjs'
import { parts } from './parts.mjs'
import { cache, root } from './project.mjs'

const nothing = { stats: { expected: 0, unexpected: 0, flaky: 0, skipped: 0 } }

/**
 * @param {{ args?: string[], more?: Record<string, string> }} [only] what Playwright is told besides, and
 *   variables
 * @returns {Promise<import('./counts.mjs').Result>}
 */
export async function e2e({ args = [], more = {} } = {}) {
  await parts.dependencies()
  await parts.build()
  const node = await parts.node()
  const chromium = await parts.browser()
  const report = join(cache, 'e2e.json')
  await rm(report, { force: true })
  const { ok } = await run(
    node,
    [
      ...[join(root, 'node_modules', '@playwright', 'test', 'cli.js'), 'test'],
      ...['--reporter=list,json', ...args],
    ],
    {
      cwd: root,
      env: {
        ...(await environment(node)),
        NEXT_IMAGE: await parts.nextImage(),
        ...(chromium && { CHROMIUM_PATH: chromium }),
        ...more,
        PLAYWRIGHT_JSON_OUTPUT_NAME: report,
      },
      deadlineMs: 2_700_000,
      show: true,
    },
  )
  const result = await readFile(report, 'utf8').then(JSON.parse, () => nothing)
  return agree(countPlaywright(result), ok)
}

/** The environment in which the app can be run in its container, with a fake bucket. */
export async function environment(node) {
  const engine = await parts.engine()
  return {
    ...onPath([node, await parts.litestream()], engine.env),
    CONTAINER_ENGINE: engine.command,
    IMAGE: (await parts.image()).tag,
    FAKE_GCS_SERVER: await parts.fakeGcsServer(),
    VERSITYGW: await parts.versitygw(),
    LITESTREAM: await parts.litestream(),
    OLD_LITESTREAM: await parts.oldLitestream(),
  }
}
