import { join } from 'node:path'
import { download } from './download.mjs'
import { executable } from './executable.mjs'
import { Failure } from './failure.mjs'
import { cache, platform, versions } from './project.mjs'
import { must, run } from './run.mjs'

const { version, sha256 } = versions.node

// npm packages that hold the official binary; the project that makes the first has no
// darwin-arm64 in this version.
const npmPackage = platform === 'darwin-arm64' ? `node-bin-${platform}` : `node-${platform}`

/**
 * The Node that the app runs on: better-sqlite3 13 crashes on Node 20.
 * @returns {Promise<string>} the path of a Node of the pinned major, not older than the pinned
 * @throws {Failure} when none can be had
 */
export async function node() {
  const installed = await installedNode()
  if (installed) return installed
  if (!sha256[platform]) {
    throw new Failure(
      `There is no Node ${version} to fetch for ${platform}: install it, or use Linux or macOS on x64 or arm64.`,
    )
  }
  return executable({
    title: `Node ${version}`,
    file: join(cache, `node-${version}`, 'bin', 'node'),
    sources: [
      { name: 'nodejs.org', sha256: sha256[platform], fetch: fromUpstream },
      { name: 'npm', sha256: sha256[platform], fetch: fromNpm },
    ],
  })
}

async function installedNode() {
  if (isNewEnough(process.versions.node)) return process.execPath
  const { ok, stdout } = await run('node', ['-p', 'process.versions.node + " " + process.execPath'])
  const [found, path] = stdout.split(' ')
  return ok && isNewEnough(found) ? path : undefined
}

/** Whether a version has the pinned major and is not older than the pinned. */
export function isNewEnough(found, pinned = version) {
  return found.split('.')[0] === pinned.split('.')[0] && !isOlder(found, pinned)
}

/** Whether a version is older than another. One that is no number is not. */
export function isOlder(found, least) {
  const [numbers, others] = [found, least].map((version) => version.split('.').map(Number))
  const index = numbers.findIndex((number, index) => number !== others[index])
  return index >= 0 && numbers[index] < others[index]
}

async function fromUpstream(folder) {
  const name = `node-v${version}-${platform}`
  const archive = join(folder, 'node.tar.gz')
  await download(`https://nodejs.org/dist/v${version}/${name}.tar.gz`, archive)
  await must('tar', ['-xzf', archive, '-C', folder, `${name}/bin/node`])
  return join(folder, name, 'bin', 'node')
}

async function fromNpm(folder) {
  const options = { cwd: folder, deadlineMs: 300_000 }
  const archive = await must('npm', ['pack', '--silent', `${npmPackage}@${version}`], options)
  await must('tar', ['-xzf', join(folder, archive), '-C', folder, 'package/bin/node'])
  return join(folder, 'package', 'bin', 'node')
}
