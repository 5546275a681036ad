import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { dockerfile } from '../packages/streamkeeper/src/cli/init/set-up.mjs'
import { root } from './lib/project.mjs'

const read = (name) => readFileSync(join(root, name), 'utf8')

const texts = [
  'Dockerfile',
  '.dockerignore',
  '.npmrc',
  'litestream.yml',
  'package-lock.json',
  'tools/streamkeeper.mjs',
  'db/migrations/0000_first.sql',
  'db/migrations/meta/_journal.json',
]
const picture = Buffer.from('\x89PNG\r\n\x1a\n\0\r\n', 'latin1')

const onWindows = `Object.defineProperty(process, 'platform', { value: 'win32' })`
// What `npm run build` does in the container is no command for people.
const { build: _, ...scripts } = JSON.parse(read('package.json')).scripts
// Many are one program, which says this before it looks at its arguments.
const programs = Object.groupBy(
  Object.keys(scripts),
  (name) => /^node (tools\/\S+)/.exec(scripts[name])?.[1] ?? 'others',
)
delete programs.others

describe('The sample', () => {
  it('has the Dockerfile that init writes, besides what its workspace brings', () => {
    const copies = [
      'COPY package.json package-lock.json .npmrc ./',
      'COPY packages/streamkeeper/package.json packages/streamkeeper/',
    ]
    assert.equal(read('Dockerfile'), dockerfile(copies))
  })

  it('has the litestream.yml that init writes', () => {
    assert.equal(read('litestream.yml'), read('packages/streamkeeper/templates/litestream.yml'))
  })

  // Next would make it a page of the app.
  it('has no page and no route among what browsers run', () => {
    const names = readdirSync(join(root, 'app/client'), { recursive: true }).map(String)
    assert.ok(names.includes('main.ts'))
    assert.deepEqual(
      names.filter((name) => /(^|[\\/])(page|route|layout|template|default)\.\w+$/.test(name)),
      [],
    )
  })
})

describe('What .dockerignore lets into the image', () => {
  it('is there', () => {
    const names = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, name]) => name)
    assert.ok(names.length > 0)
    assert.deepEqual(
      names.filter((name) => !existsSync(join(root, name))),
      [],
    )
  })
})

describe('A checkout by a git that writes CRLF', () => {
  it('has LF in its texts, and pictures as they are', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'line-ends-'))
    test.after(() => rm(folder, { recursive: true }))
    for (const name of ['.gitattributes', ...texts]) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await copyFile(join(root, name), join(folder, name))
    }
    await writeFile(join(folder, 'page.png'), picture)
    const git = (...args) =>
      spawnSync('git', ['-c', 'core.autocrlf=true', ...args], { cwd: folder })
    git('init', '--quiet')
    git('add', '--all')
    for (const name of [...texts, 'page.png']) await rm(join(folder, name))
    git('checkout-index', '--all')
    for (const name of texts) {
      assert.doesNotMatch(await readFile(join(folder, name), 'utf8'), /\r/, name)
    }
    assert.deepEqual(await readFile(join(folder, 'page.png')), picture)
  })
})

describe('On Windows', () => {
  for (const [file, names] of Object.entries(programs)) {
    it(`npm run ${names.join(', ')} says in one line where it runs`, () => {
      const preload = `data:text/javascript,${encodeURIComponent(onWindows)}`
      const args = ['--import', preload, join(root, file), '--help']
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
      const line = 'This runs on Linux, macOS or WSL.\n'
      assert.deepEqual({ status, stdout, stderr }, { status: 1, stdout: '', stderr: line })
    })
  }
})
