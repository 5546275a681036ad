import { existsSync } from 'node:fs'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../packages/streamkeeper/src/cli/lib/failure.mjs'
import { hashOfFolder } from '../../packages/streamkeeper/src/cli/lib/hash.mjs'
import { npmProgram } from './npm-program.mjs'
import { cache, root } from './project.mjs'

/**
 * Checks that the migrations are consistent and lead to the schema as it is.
 * @param {string} node
 * @throws {Failure} when they don't
 */
export async function migrations(node) {
  if (root.includes('?')) {
    throw new Failure(`drizzle-kit takes no path with a "?": rename the folder ${root}.`)
  }
  await check(node, 'db', 'sqlite', 'migration')
  if (existsSync(join(root, 'db/postgres'))) {
    await check(node, 'db/postgres', 'postgresql', 'migration:postgres')
  }
}

async function check(node, folder, dialect, script) {
  const [schema, source] = [`${folder}/schema.ts`, `${folder}/migrations`]
  await npmProgram(node, 'drizzle-kit', ['check', '--dialect', dialect, '--out', source])
  const copy = join(cache, 'migrations')
  await rm(copy, { recursive: true, force: true })
  await cp(join(root, source), copy, { recursive: true })
  const before = await hashOfFolder(copy)
  // It takes only a relative path, and no config file beside it.
  const options = ['--dialect', dialect, '--schema', schema, '--out', '.cache/migrations']
  const said = await npmProgram(node, 'drizzle-kit', ['generate', ...options])
  // A change that it would ask a question about ends it with exit code 0 and nothing written.
  if ((await hashOfFolder(copy)) !== before || !said.includes('nothing to migrate')) {
    throw new Failure(`${schema} has changes without a migration: run \`npm run ${script}\`.`)
  }
}
