import { existsSync } from 'node:fs'
import { cp, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { hashOfFolder } from '../../packages/streamkeeper/src/cli/lib/hash.mjs'
import { must } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { npmProgram } from './npm-program.mjs'
import { cache, root } from './project.mjs'

const source = join(root, 'packages/streamkeeper')
// The compiler is one of those that the lock file names.
const inputs = [
  'LICENSE',
  'package-lock.json',
  'packages/streamkeeper',
  'tools/lib',
  'tsconfig.json',
]
const stamp = join(cache, 'pack.json')

/**
 * Makes the package as it is published, unless that was done from the same sources: JavaScript and types,
 * as Node strips no types in node_modules.
 * @param {string} node
 * @returns {Promise<string>} the file that npm installs
 * @throws {Failure} with the compiler's or npm's last lines
 */
export async function pack(node) {
  const hash = await hashOfFolder(root, inputs)
  const last = await readFile(stamp, 'utf8').then(JSON.parse, () => null)
  if (last?.hash === hash && existsSync(last.file)) return last.file
  await rm(stamp, { force: true })
  const file = await make(node)
  await writeFile(stamp, JSON.stringify({ hash, file }))
  return file
}

async function make(node) {
  const folder = join(cache, 'pack')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const dist = join(folder, 'dist')
  // `tsc --noEmit` has checked them.
  await npmProgram(node, 'tsc', ['--project', source, '--noCheck', '--outDir', dist])
  await cp(join(source, 'src/cli'), join(dist, 'cli'), { recursive: true, filter: isNoTest })
  for (const name of ['deploy', 'monitoring', 'templates']) {
    await cp(join(source, name), join(folder, name), { recursive: true, filter: isNoTest })
  }
  await cp(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  await cp(join(source, 'README.md'), join(folder, 'README.md'))
  for (const name of ['dist/cli', 'deploy']) await toDist(join(folder, name))
  await writePackageJson(folder)
  const file = await must('npm', ['pack', '--silent', '--ignore-scripts'], { cwd: folder })
  await rename(join(folder, file), join(cache, file))
  return join(cache, file)
}

function isNoTest(name) {
  return !/\.test\.\w+$|\/test-support(\/|$)/.test(name)
}

// What is JavaScript already names modules as they are in the repository.
async function toDist(folder) {
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.mjs')) continue
    const text = await readFile(join(folder, name), 'utf8')
    const published = text
      .replaceAll(/(?<=['`](?:\.\.\/)+)src\//g, 'dist/')
      .replaceAll(/(?<=from '\.[^']*|import\('\.[^']*)\.ts'/g, ".js'")
    await writeFile(join(folder, name), published)
  }
}

async function writePackageJson(folder) {
  const { private: _, ...about } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'))
  const exports = Object.entries(about.exports).map(([door, file]) => {
    const name = file.replace('./src/', './dist/').replace(/\.ts$/, '')
    return [door, { types: `${name}.d.ts`, default: `${name}.js` }]
  })
  const bin = { streamkeeper: about.bin.streamkeeper.replace('src/', 'dist/') }
  const published = { ...about, exports: Object.fromEntries(exports), bin }
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(published, null, 2)}\n`)
}
