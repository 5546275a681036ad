import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { Failure } from '../../packages/streamkeeper/src/cli/lib/failure.mjs'
import { onPath } from '../../packages/streamkeeper/src/cli/lib/on-path.mjs'
import { run } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { which } from '../../packages/streamkeeper/src/cli/lib/which.mjs'
import { aptInstall, canInstall, withApt } from './apt.mjs'
import { root } from './project.mjs'

const modules = join(root, 'node_modules')

// Debian's build of what Playwright runs where it can fetch its own: a page costs a third of a whole Chromium's.
const shell = 'chromium-headless-shell'

/**
 * Finds a Chromium for the tests, or installs one. The npm packages have to be there.
 * @param {string} node the path of the Node that runs Playwright
 * @returns {Promise<string | undefined>} its path; none when Playwright finds it by itself
 * @throws {Failure} when there is none and none can be installed
 */
export async function browser(node) {
  if (await hasItsOwn()) return
  if (await which(shell)) return which(shell)
  const whole = await wholeChromium()
  if (!whole && (await installsItsOwn(node))) return
  if (await canInstall()) await installByApt(whole)
  const found = (await which(shell)) ?? (await wholeChromium())
  if (found) return found
  throw new Failure('The tests need a browser: install Chromium or Chrome, and try again.')
}

async function hasItsOwn() {
  const playwright = pathToFileURL(join(modules, 'playwright-core', 'index.mjs')).href
  const { chromium } = await import(playwright)
  return existsSync(chromium.executablePath())
}

async function wholeChromium() {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']) {
    const path = await which(name)
    if (path) return path
  }
}

async function installByApt(whole) {
  try {
    await aptInstall(shell, 'fonts-liberation')
  } catch (error) {
    // Not every distribution has it.
    if (!whole) await aptInstall('chromium', 'fonts-liberation')
    else console.log(`The tests use ${whole}, which is slower: ${error.message}`)
  }
}

async function installsItsOwn(node) {
  console.log("Fetching Playwright's Chromium.")
  const playwright = (...args) =>
    run(node, [join(modules, '@playwright', 'test', 'cli.js'), ...args], {
      env: onPath([node]),
      deadlineMs: 300_000,
    })
  if (!(await playwright('install', 'chromium')).ok) return false
  // The libraries that it is linked to; who isn't root has them or sees the tests say so.
  if (await canInstall()) await withApt(() => playwright('install-deps', 'chromium'))
  return true
}
