import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../packages/streamkeeper/src/cli/lib/failure.mjs'
import { cache, root } from './project.mjs'

// What a next release of the app might change, by file: a column, and pages that show it.
const changes = {
  'db/schema.ts': ["hiddenAt: text('hidden_at'),", "$&\n  mood: text('mood'),"],
  'app/page.tsx': [/<VisitsChart .*\/>/, '<p>The next release.</p>\n        $&'],
}
const migration = { tag: '9999_mood', sql: 'ALTER TABLE `entries` ADD `mood` text;\n' }

/**
 * Writes the sources of a release with one more migration, and a page that is different.
 * @returns {Promise<string>} the folder of its image
 */
export async function nextRelease() {
  const folder = join(cache, 'next-release')
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  const ignored = await readFile(join(root, '.dockerignore'), 'utf8')
  const names = [...ignored.matchAll(/^!(.+)$/gm)].map(([, name]) => name)
  for (const name of ['Dockerfile', '.dockerignore', ...names]) {
    await cp(join(root, name), join(folder, name), { recursive: true })
  }
  for (const [file, [from, to]] of Object.entries(changes)) {
    await change(join(folder, file), (text) => text.replace(from, to))
  }
  await addMigration(join(folder, 'db/migrations'))
  return folder
}

async function addMigration(folder) {
  await writeFile(join(folder, `${migration.tag}.sql`), migration.sql)
  await change(join(folder, 'meta/_journal.json'), (text) => {
    const journal = JSON.parse(text)
    const last = journal.entries.at(-1)
    // The same in each build, or none would be found in the cache of the one before.
    journal.entries.push({ ...last, idx: last.idx + 1, when: last.when + 1, tag: migration.tag })
    return JSON.stringify(journal, null, 2)
  })
}

async function change(file, edit) {
  const before = await readFile(file, 'utf8')
  const after = edit(before)
  if (after === before) throw new Failure(`The next release can not be made: change ${file} there.`)
  await writeFile(file, after)
}
