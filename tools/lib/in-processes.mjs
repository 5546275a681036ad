import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sources } from '../../packages/streamkeeper/src/cli/lib/build-if-changed.mjs'
import { cache, root } from './project.mjs'

const most = 8

// What a process has but one of. Hooks outside of a `describe` are those of all its files.
const needsItsOwn =
  /process\.(env|on|chdir)\b|globalThis|mock\.timers|= with[A-Z]\w*\(|^(before|after)(Each)?\(/m
// The commands run in the folder of their app.
const changesFolder = /src\/(operations|move)\//

/**
 * Deals test files to processes: to start one for each, and to load Drizzle and Next in it, costs more
 * than most tests do. Those that change what a process has but once run alone.
 *
 * @param {RegExp} isTest what the path of a test matches
 * @returns {Promise<string[]>} files that Node's test runner takes, each for one process
 */
export async function inProcesses(isTest) {
  const paths = (await sources(root)).filter((path) => isTest.test(path))
  const texts = await Promise.all(paths.map((path) => readFile(join(root, path), 'utf8')))
  const { alone, together } = deal(paths.map((path, at) => ({ path, text: texts[at] })))
  const folder = join(cache, 'unit')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const shared = together.map(async (paths, at) => {
    const file = join(folder, `${at + 1}.test.mjs`)
    const imports = paths.map(
      (path) => `import ${JSON.stringify(pathToFileURL(join(root, path)).href)}\n`,
    )
    await writeFile(file, imports.join(''))
    return file
  })
  return [...alone, ...(await Promise.all(shared))]
}

/**
 * @param {{path: string, text: string}[]} files
 * @returns {{alone: string[], together: string[][]}}
 */
export function deal(files) {
  const isAlone = ({ path, text }) => changesFolder.test(path) || needsItsOwn.test(text)
  const paths = files.filter((file) => !isAlone(file)).map(({ path }) => path)
  const parts = Math.min(most, paths.length)
  // Neighbours are alike, in what they cost too.
  const together = Array.from({ length: parts }, (_, part) =>
    paths.filter((_, at) => at % parts === part),
  )
  return { alone: files.filter(isAlone).map(({ path }) => path), together }
}
