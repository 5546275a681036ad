import { readFile } from 'node:fs/promises'
import { Failure } from '../../packages/streamkeeper/src/cli/lib/failure.mjs'
import { must } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { which } from '../../packages/streamkeeper/src/cli/lib/which.mjs'

/** Whether this is a Debian-like system where packages may be installed. */
export async function canInstall() {
  return process.getuid?.() === 0 && Boolean(await which('apt-get'))
}

let queue = Promise.resolve()

/** Runs a task that uses apt when those before it are done: apt has one lock. */
export function withApt(task) {
  const done = queue.then(task)
  queue = done.catch(() => {})
  return done
}

/**
 * Installs Debian packages without what they only recommend.
 * @throws {Failure} with apt's last lines
 */
export function aptInstall(...packages) {
  return withApt(async () => {
    console.log(`Installing ${packages.join(', ')} with apt.`)
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const apt = (...args) =>
      must('apt-get', ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120', ...args], {
        env,
        deadlineMs: 600_000,
      })
    await apt('update')
    await apt('install', '--no-install-recommends', ...packages)
  })
}

/**
 * The distribution of this host as apt knows it, to be installed elsewhere from the same place.
 * @returns {Promise<{suite: string, mirror: string}>}
 * @throws {Failure} when apt doesn't name a mirror
 */
export async function distribution() {
  const release = await readFile('/etc/os-release', 'utf8')
  const suite = /^VERSION_CODENAME="?(\w+)/m.exec(release)?.[1]
  const format = '$(CODENAME) $(COMPONENT) $(REPO_URI)'
  const lines = await must('apt-get', ['indextargets', '--format', format, 'Created-By: Packages'])
  const indexes = lines.split('\n').map((line) => line.split(' '))
  const main = indexes.find(([name, component]) => name === suite && component === 'main')
  if (main) return { suite, mirror: main[2] }
  throw new Failure(`apt names no mirror for ${suite}: run apt-get update, and try again.`)
}
