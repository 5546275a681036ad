import assert from 'node:assert/strict'
import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bucketFor, buildImage, change, copyOf, remove, run } from './support.ts'

const streamkeeper = 'node_modules/.bin/streamkeeper'

describe('An app that was written without the package, and was set up by init', () => {
  let folder: string
  let said: string
  let image: string
  let next: string
  /** A database of the app from before. */
  let old: string

  before(async () => {
    folder = await copyOf('adopted-app')
    await run('npm', ['install', '--ignore-scripts', '--no-audit', '--prefer-offline'], folder)
    old = join(await mkdtemp(join(tmpdir(), 'before-')), 'books.db')
    await makeOldDatabase(folder, old)
    said = await run(streamkeeper, ['init'], folder)
    await doByHand(folder, said)
    image = await buildImage(folder, 'streamkeeper-adopted-app')
    // A deploy: another page, the same form.
    await change(join(folder, 'src/app/page.tsx'), (text) => text.replace('Reading list', 'Books'))
    next = await buildImage(folder, 'streamkeeper-adopted-app-next')
  })
  after(() => remove(folder))

  it('has nothing left to do', async () => {
    const again = await run(streamkeeper, ['init'], folder)
    assert.match(again, /Nothing: all of it was done before/)
    assert.doesNotMatch(again, /Left to do/)
  })

  it('keeps the rows that it had, and those that it was given, when it is killed and its disk is lost', async (test) => {
    const bucket = await bucketFor(test)
    const env = { ...process.env, ...bucket.environment }
    await run(streamkeeper, ['seed', '--from', old, '--service', 'local'], folder, env)
    const first = await bucket.start(image)
    assert.match(await first.page(), /<li>From before<\/li>/)
    assert.equal(await first.send(await first.page(), { title: 'By the action' }), 200)
    const answer = await fetch(`${first.url}/api/books`, {
      method: 'POST',
      body: JSON.stringify({ title: 'By the route' }),
      headers: { 'content-type': 'application/json' },
    })
    assert.equal(answer.status, 201)
    await first.kill()
    const second = await bucket.start(image)
    const books = await fetch(`${second.url}/api/books`)
    const titles = ((await books.json()) as { title: string }[]).map(({ title }) => title)
    assert.deepEqual(titles, ['From before', 'By the action', 'By the route'])
  })

  it('answers the forms of the build before in a deploy', async (test) => {
    const bucket = await bucketFor(test)
    const first = await bucket.start(image)
    const page = await first.page()
    const second = await bucket.start(next)
    assert.equal(await second.send(page, { title: 'By an old page' }), 200)
    assert.equal(await first.stop(), 0)
    assert.match(await second.page(), /<h1>Books<\/h1>.*<li>By an old page<\/li>/)
  })

  it('starts without a warning about its kind of modules', async (test) => {
    const bucket = await bucketFor(test)
    const first = await bucket.start(image)
    assert.match(await first.logs(), /Start: /)
    assert.doesNotMatch(await first.logs(), /MODULE_TYPELESS/)
  })

  it('does in the background what it did before, where it leads', async (test) => {
    const bucket = await bucketFor(test)
    const first = await bucket.start(image)
    await first.send(await first.page(), { title: 'Makes it lead' })
    assert.match(await first.logs(), /Old books are forgotten\./)
  })
})

async function makeOldDatabase(folder: string, file: string): Promise<void> {
  const env = { ...process.env, DATABASE_FILE: file }
  await run('node_modules/.bin/drizzle-kit', ['migrate'], folder, env)
  const insert = `new (require('better-sqlite3'))(process.env.DATABASE_FILE)
    .exec("INSERT INTO books (title) VALUES ('From before')")`
  await run(process.execPath, ['-e', insert], folder, env)
}

/** Does what `init` has said is left, and has the writes wait for the bucket. */
async function doByHand(folder: string, said: string): Promise<void> {
  const [, left = ''] = said.split('Left to do by hand:')
  const [, file = ''] = /^ *\d+\. (\S+) opens the database/m.exec(left) ?? []
  const lines = [...left.matchAll(/^ +([-+]) (.*)$/gm)]
  await change(join(folder, file), (text) =>
    lines.reduce((text, [, sign, line = ''], at) => {
      if (sign === '+') return text
      const [, following, replacement = ''] = lines[at + 1] ?? []
      return text.replace(`${line}\n`, following === '+' ? `${replacement}\n` : '')
    }, text),
  )
  assert.match(left, /src\/instrumentation\.ts .*whileLeading/s)
  await change(join(folder, 'src/instrumentation.ts'), (text) =>
    text.replace(
      'setInterval(forgetOldBooks, 60_000)',
      `const { whileLeading } = await import('streamkeeper')
  whileLeading((signal) => {
    forgetOldBooks()
    console.log('Old books are forgotten.')
    const timer = setInterval(forgetOldBooks, 60_000)
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(clearInterval(timer)))
    })
  })`,
    ),
  )
  for (const [name, write] of [
    ['src/app/actions.ts', 'addBook(title)'],
    ['src/app/api/books/route.ts', 'addBook(String(title))'],
  ] as const) {
    const path = join(folder, name)
    assert.ok((await readFile(path, 'utf8')).includes(write))
    await change(path, (text) =>
      text
        .replace(/^import /m, "import { durable } from 'streamkeeper'\nimport ")
        .replace(write, `${write}\n  await durable()`),
    )
  }
}
