import { must } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { nextRelease } from './next-release.mjs'
import { root } from './project.mjs'

const tag = 'localhost/visits:test'
const nextTag = 'localhost/visits:next'

/**
 * Builds the container image.
 * @param {import('./engine.mjs').Engine} engine
 * @returns {Promise<{tag: string, megabytes: number}>}
 * @throws {Failure} with the build's last lines
 */
export async function image({ command, env }) {
  await must(command, ['build', '--tag', tag, root], { env, deadlineMs: 1_200_000 })
  const size = await must(command, ['image', 'inspect', '--format', '{{.Size}}', tag], { env })
  return { tag, megabytes: Math.round(Number(size) / 1e6) }
}

/**
 * Builds the image of a release after this one.
 * @param {import('./engine.mjs').Engine} engine
 * @returns {Promise<string>} its tag
 * @throws {Failure} with the build's last lines
 */
export async function nextImage({ command, env }) {
  const folder = await nextRelease()
  await must(command, ['build', '--tag', nextTag, folder], { env, deadlineMs: 1_200_000 })
  return nextTag
}
