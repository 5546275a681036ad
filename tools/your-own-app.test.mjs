import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { describe, it } from 'node:test'
import { root } from '../packages/streamkeeper/src/cli/lib/project.mjs'
import { run } from '../packages/streamkeeper/src/cli/lib/run.mjs'

const left = ['node_modules', '.git', '.next', '.cache', 'data', 'test-results']

/** The blocks of a page, each with what stands before it and the file that it names. */
function blocksOf(page) {
  const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
  let end = 0
  let file = null
  return blocks.map(({ 0: whole, 1: language, 2: text, index }) => {
    const before = page.slice(end, index)
    end = index + whole.length
    file = [...before.matchAll(/`([\w/-]+\/[\w.-]+\.tsx?)`/g)].at(-1)?.[1] ?? file
    return { language, text, file, isAppended: /append to `[^`]+`:\s*$/i.test(before) }
  })
}

/** Makes a change that is shown with a few lines around it. */
function changed(source, diff, file) {
  const lines = diff.split('\n').slice(0, -1)
  const side = (other) =>
    lines.filter((line) => !line.startsWith(other)).map((line) => `${line.slice(1)}\n`)
  const parts = source.split(side('+').join(''))
  assert.equal(parts.length, 2, `These lines are not in ${file}, or more than once:\n${diff}`)
  return parts.join(side('-').join(''))
}

/** A copy of the sources, with the packages that are installed here. */
async function copyOfSources(test) {
  const folder = await mkdtemp(join(tmpdir(), 'your-own-app-'))
  test.after(() => rm(folder, { recursive: true, force: true }))
  const filter = (path) => !left.includes(relative(root, path).split('/')[0])
  await cp(root, folder, { recursive: true, filter })
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

async function follow({ language, text, file, isAppended }, folder, shell) {
  if (language === 'sh') {
    for (const line of text.trim().split('\n')) await shell(line)
    return
  }
  const path = join(folder, file)
  if (language === 'diff') return writeFile(path, changed(await readFile(path, 'utf8'), text, file))
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text, { flag: isAppended ? 'a' : 'wx' })
}

// Of `npm test`, all that needs no container: of the unit tests, those of what the page changes.
const tests = [
  'db/tasks.test.ts',
  'db/data.test.ts',
  'postgres/data.test.ts',
  'server/facts.test.ts',
]
const checks = [
  ['node_modules/@biomejs/biome/bin/biome', 'check', '.'],
  ['node_modules/typescript/bin/tsc', '--noEmit'],
  ['node_modules/drizzle-kit/bin.cjs', 'check', '--dialect', 'sqlite', '--out', 'db/migrations'],
  ['--test', ...tests],
]

describe('docs/your-own-app.md', () => {
  it('leads to an app that passes the tests, followed to the letter', async (test) => {
    const folder = await copyOfSources(test)
    const node = async (...args) => {
      const { ok, output } = await run(process.execPath, args, {
        cwd: folder,
        deadlineMs: 300_000,
        env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      })
      assert.ok(ok, `node ${args.join(' ')}\n${output}`)
    }
    const commands = []
    const shell = async (line) => {
      commands.push(line)
      const [, script, rest] = /^npm run (migration\S*) -- (.*)$/.exec(line) ?? []
      if (!script) return
      const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
      const [program, ...args] = scripts[script].split(' ')
      assert.equal(program, 'drizzle-kit')
      await node('node_modules/drizzle-kit/bin.cjs', ...args, ...rest.split(' '))
    }
    const page = await readFile(join(root, 'docs/your-own-app.md'), 'utf8')
    for (const block of blocksOf(page)) await follow(block, folder, shell)
    assert.deepEqual(commands, [
      'npm run migration -- --name tasks',
      'npm run migration:postgres -- --name tasks',
      'npm test',
    ])
    for (const check of checks) await node(...check)
  })
})
