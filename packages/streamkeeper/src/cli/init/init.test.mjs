import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { packageFolder } from '../lib/project.mjs'
import { migrating, opening } from './left.mjs'
import { wrapped } from './set-up.mjs'

const fixture = join(packageFolder, 'fixtures/adopted-app')

/** An app that knows nothing of streamkeeper, changed as a test wants it. */
async function appWith(test, changes = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'init-'))
  test.after(() => rm(folder, { recursive: true }))
  await cp(fixture, folder, { recursive: true })
  await rename(join(folder, 'gitignore'), join(folder, '.gitignore'))
  await writeFile(join(folder, 'package-lock.json'), '{}')
  for (const [name, change] of Object.entries(changes)) {
    const file = join(folder, name)
    await mkdir(dirname(file), { recursive: true })
    if (change === null) await rm(file, { recursive: true })
    else if (typeof change === 'string') await writeFile(file, change)
    else await writeFile(file, change(await readFile(file, 'utf8')))
  }
  return folder
}

function init(folder, ...args) {
  const file = join(packageFolder, 'src/cli/streamkeeper.mjs')
  return spawnSync(process.execPath, [file, 'init', ...args], { cwd: folder, encoding: 'utf8' })
}

async function contents(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const texts = files.map(async ({ parentPath, name }) => {
    const file = join(parentPath, name)
    return [file.slice(folder.length + 1), await readFile(file, 'utf8')]
  })
  return Object.fromEntries((await Promise.all(texts)).sort(([a], [b]) => a.localeCompare(b)))
}

describe('streamkeeper init', () => {
  it('writes what the app lacks, and changes its configuration, scripts and .gitignore', async (test) => {
    const folder = await appWith(test)
    const { status, stdout, stderr } = init(folder)
    assert.deepEqual([status, stderr], [0, ''])
    const files = await contents(folder)
    assert.match(
      files['streamkeeper.config.mjs'],
      /name: 'reading-list',\n {2}migrations: 'drizzle',/,
    )
    assert.match(files['next.config.ts'], /^export default withStreamkeeper\(nextConfig\)$/m)
    assert.deepEqual(JSON.parse(files['package.json']).scripts, {
      dev: 'exec streamkeeper dev',
      build: 'streamkeeper build',
      start: 'exec streamkeeper start',
      'db:generate': 'drizzle-kit generate',
    })
    assert.match(files['.gitignore'], /^data\/$/m)
    assert.match(files.Dockerfile, /^COPY package.json package-lock.json \.\/$/m)
    assert.match(files['.dockerignore'], /^\*\.db$/m)
    assert.match(files['litestream.yml'], /^socket:$/m)
    for (const name of [
      'Dockerfile',
      '.dockerignore',
      'litestream.yml',
      'next.config.ts',
      'package.json',
    ]) {
      assert.match(stdout, new RegExp(`^  ${name.replaceAll('.', '\\.')} `, 'm'))
    }
  })

  it('says by the line what is left to do where the database is opened, and in the instrumentation', async (test) => {
    const { stdout } = init(await appWith(test))
    const [, left] = stdout.split('Left to do by hand:')
    assert.match(
      left,
      /src\/db\/index\.ts opens the database.*\n +- import Database from 'better-sqlite3'\n +\+ import .* from 'streamkeeper'\n +- const sqlite = new Database\(.*\)\n +\+ const sqlite = connection\(\)\n( +- sqlite\.pragma\(.*\)\n){2}/,
    )
    assert.match(left, /src\/instrumentation\.ts runs outside of requests/)
    assert.match(left, /npm install streamkeeper/)
  })

  it('says what applies the migrations', async (test) => {
    const { stdout } = init(await appWith(test))
    assert.match(
      stdout,
      /src\/db\/index\.ts applies the migrations.*\n +- import { migrate } .*\n +- migrate\(db, .*\)\n/,
    )
  })

  it('writes the configuration in TypeScript where Node takes it for a module', async (test) => {
    const folder = await appWith(test, {
      'package.json': (text) => text.replace('"private"', '"type": "module",\n  "private"'),
    })
    init(folder)
    const files = await contents(folder)
    assert.ok(files['streamkeeper.config.ts'])
    assert.equal(files['streamkeeper.config.mjs'], undefined)
  })

  it('leaves nothing to do in an instrumentation that loads a file with its jobs', async (test) => {
    const folder = await appWith(test, {
      'src/instrumentation.ts': "export const register = () => import('./jobs')\n",
    })
    assert.match(init(folder).stdout, /instrumentation\.ts runs outside/)
    const job = "import { whileLeading } from 'streamkeeper'\nwhileLeading(work)\n"
    await writeFile(join(folder, 'src/jobs.ts'), job)
    assert.doesNotMatch(init(folder).stdout, /instrumentation/)
  })

  it('writes no second configuration', async (test) => {
    const folder = await appWith(test, { 'streamkeeper.config.ts': 'export default {}\n' })
    init(folder)
    assert.equal((await contents(folder))['streamkeeper.config.mjs'], undefined)
  })

  it('changes nothing when it is run again', async (test) => {
    const folder = await appWith(test)
    init(folder)
    const before = await contents(folder)
    const { status, stdout } = init(folder)
    assert.equal(status, 0)
    assert.match(stdout, /^Done:\n {2}Nothing/)
    assert.deepEqual(await contents(folder), before)
  })

  it('leaves files of the app that are there, and says what they have to do', async (test) => {
    const folder = await appWith(test, { Dockerfile: 'FROM node\nCMD npm start\n' })
    const { stdout } = init(folder)
    assert.equal(await readFile(join(folder, 'Dockerfile'), 'utf8'), 'FROM node\nCMD npm start\n')
    assert.match(stdout, /Dockerfile was there, and was left/)
  })

  it('says what an own .dockerignore, and a longer build, lack', async (test) => {
    const folder = await appWith(test, {
      '.dockerignore': 'node_modules\n',
      'package.json': (text) => text.replace('"next build"', '"next build && next-sitemap"'),
    })
    const { stdout } = init(folder)
    assert.match(stdout, /\.dockerignore was there, and was left: add a line `data`/)
    assert.match(stdout, /"build" goes on after `streamkeeper build`/)
  })

  it('keeps what a deploy from GitHub leaves out of git and of the image', async (test) => {
    const folder = await appWith(test)
    init(folder)
    for (const name of ['.gitignore', '.dockerignore']) {
      assert.match(await readFile(join(folder, name), 'utf8'), /^gha-creds-\*\.json$/m)
    }
  })

  it('finds where the database is opened also in a folder src/data', async (test) => {
    const text = "import Database from 'better-sqlite3'\nexport const db = new Database('a.db')\n"
    const { stdout } = init(await appWith(test, { 'src/data/index.ts': text }))
    assert.match(stdout, /src\/data\/index\.ts opens the database/)
  })

  it('brings packages that are files into the image before they are installed', async (test) => {
    const folder = await appWith(test, {
      'package.json': (text) =>
        text.replace('"react":', '"streamkeeper": "file:streamkeeper-0.1.0.tgz",\n    "react":'),
      '.npmrc': 'fund=false\n',
    })
    init(folder)
    const dockerfile = await readFile(join(folder, 'Dockerfile'), 'utf8')
    assert.match(
      dockerfile,
      /^COPY package.json package-lock.json .npmrc streamkeeper-0.1.0.tgz \.\/$/m,
    )
  })

  it('makes the key of server actions once, and has git ignore it', async (test) => {
    const folder = await appWith(test)
    init(folder)
    const key = await readFile(join(folder, 'data/server-actions.key'), 'utf8')
    assert.equal(Buffer.from(key, 'base64').length, 32)
    init(folder)
    assert.equal(await readFile(join(folder, 'data/server-actions.key'), 'utf8'), key)
    spawnSync('git', ['init', '--quiet'], { cwd: folder })
    const { status } = spawnSync('git', ['check-ignore', 'data/server-actions.key'], {
      cwd: folder,
    })
    assert.equal(status, 0)
  })

  const without = (name) => (text) => text.replace(new RegExp(` *"${name}": .*\n`), '')
  for (const [what, changes, words] of [
    ['another framework', { 'package.json': without('next') }, /no package.json that names next/],
    ['no package.json', { 'package.json': null }, /no package.json that names next/],
    [
      'another database',
      { 'package.json': (text) => text.replace('"better-sqlite3"', '"pg"') },
      /better-sqlite3: this app uses pg/,
    ],
    ['no migrations', { drizzle: null }, /drizzle has no migrations.*drizzle-kit generate/],
    ['pages of the Pages Router', { 'src/pages/old.tsx': '' }, /src\/pages has pages/],
    [
      'the edge runtime',
      { 'src/app/e/route.ts': "export const runtime = 'edge'\n" },
      /src\/app\/e\/route.ts runs on the edge runtime/,
    ],
    [
      'a static export',
      { 'next.config.ts': (text) => text.replace('reactStrictMode: true', "output: 'export'") },
      /exports static pages/,
    ],
    [
      'an older better-sqlite3',
      {
        'package.json': (text) =>
          text.replace('"better-sqlite3": "13.2.0"', '"better-sqlite3": "^11.0.0"'),
      },
      /better-sqlite3 is 11.0.0, and has to be 13/,
    ],
  ]) {
    it(`refuses an app with ${what}, and changes nothing`, async (test) => {
      const folder = await appWith(test, changes)
      const before = await contents(folder)
      const { status, stdout, stderr } = init(folder)
      assert.deepEqual([status, stdout], [1, ''])
      assert.match(stderr, words)
      assert.deepEqual(await contents(folder), before)
    })
  }
})

describe('A next.config', () => {
  const esm = "import { withStreamkeeper } from 'streamkeeper/next'\n"
  const cjs = "const { withStreamkeeper } = require('streamkeeper/next')\n"
  for (const [before, after] of [
    ['export default config;\n', `${esm}export default withStreamkeeper(config)\n`],
    [
      'export default { reactStrictMode: true }\n',
      `${esm}const wrappedConfig = { reactStrictMode: true }\n\nexport default withStreamkeeper(wrappedConfig)\n`,
    ],
    [
      'export default withMdx({})\n',
      `${esm}const wrappedConfig = withMdx({})\n\nexport default withStreamkeeper(wrappedConfig)\n`,
    ],
    [
      'export default async (phase) => ({})\n',
      `${esm}const wrappedConfig = async (phase) => ({})\n\nexport default withStreamkeeper(wrappedConfig)\n`,
    ],
    ['module.exports = config\n', `${cjs}module.exports = withStreamkeeper(config)\n`],
    [
      'module.exports = {\n  a: 1,\n}\n',
      `${cjs}const wrappedConfig = {\n  a: 1,\n}\n\nmodule.exports = withStreamkeeper(wrappedConfig)\n`,
    ],
  ]) {
    it(`is wrapped: ${before.trim().replaceAll('\n', ' ')}`, () => {
      assert.equal(wrapped(before), after)
      assert.equal(wrapped(after), after)
    })
  }

  it('is left alone where its export is not known', () => {
    assert.equal(wrapped('export { config as default }\n'), 'export { config as default }\n')
  })
})

describe('A module that opens the database', () => {
  for (const [text, becomes] of [
    [
      "import SQLite from 'better-sqlite3';\nexport const db = new SQLite('a.db');\n",
      ["- import SQLite from 'better-sqlite3';", '+ export const db = connection()'],
    ],
    [
      "const Database = require('better-sqlite3')\r\nconst db = new Database('a.db')\r\n",
      [
        "- const Database = require('better-sqlite3')",
        "+ const { sqlite: connection } = require('streamkeeper')",
        '+ const db = connection()',
      ],
    ],
  ]) {
    it(`has these lines: ${text.split('\n')[0]}`, () => {
      const lines = opening('db.js', text)
      for (const line of becomes) assert.ok(lines.includes(line), lines.join('\n'))
    })
  }

  for (const text of [
    "import SQLite from 'better-sqlite3'\nnew SqliteDialect({ database: new SQLite('a.db') })",
    "const sqlite3 = require('better-sqlite3')\nmodule.exports = sqlite3('a.db')",
    "const { default: Database } = await import('better-sqlite3')\nnew Database('a.db')",
    "import { drizzle } from 'drizzle-orm/better-sqlite3'\nexport const db = drizzle(process.env.DB_FILE_NAME!)",
    "import { drizzle } from 'drizzle-orm/better-sqlite3'\ndrizzle({ schema, connection: { source: 'a.db' } })",
    "import { drizzle } from 'drizzle-orm/better-sqlite3'\ndrizzle(env.FILE)",
  ]) {
    it(`is named where its lines are not known: ${text.split('\n')[1]}`, () => {
      assert.match(opening('db.js', text)?.[0] ?? '', /db\.js opens the database in a way/)
    })
  }

  for (const text of [
    "import type Database from 'better-sqlite3'\nexport function f(db: Database.Database) {}",
    "import { drizzle } from 'drizzle-orm/better-sqlite3'\nimport { sqlite } from 'streamkeeper'\ndrizzle({ client: sqlite() })",
    "import { drizzle } from 'drizzle-orm/better-sqlite3'\ndrizzle(connection, { schema })",
  ]) {
    it(`is no such: ${text.split('\n').at(-1)}`, () => {
      assert.equal(opening('db.ts', text), null)
    })
  }
})

describe('A module that applies the migrations', () => {
  const load = "import { migrate as apply } from 'drizzle-orm/better-sqlite3/migrator'"
  for (const [what, text, lines] of [
    [
      'by require',
      "const { migrate } = require('drizzle-orm/better-sqlite3/migrator');\r\nmigrate(db, folder);\r\n",
      [
        "- const { migrate } = require('drizzle-orm/better-sqlite3/migrator');",
        '- migrate(db, folder);',
      ],
    ],
    ['by another name', `${load}\napply(db)\n`, [`- ${load}`]],
    ['not', "import { drizzle } from 'drizzle-orm/better-sqlite3'\nmigrate()\n", undefined],
  ]) {
    it(`has these lines: ${what}`, () => {
      assert.deepEqual(migrating('db.js', text)?.slice(1), lines)
    })
  }
})
