import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../src/cli/lib/failure.mjs'
import { node } from '../../src/cli/lib/node.mjs'
import { moduleFile, root } from '../../src/cli/lib/project.mjs'
import { must, run } from '../../src/cli/lib/run.mjs'
import { namesOf } from '../settings.mjs'
import { gcloud } from './command.mjs'

/**
 * What the commands know of the app.
 * @typedef {{name: string, migrations: string, postgresMigrations: string | null}} App the folders of its
 *   migrations
 */

/** @returns {Promise<App>} what the app in this folder says of itself; its own Node reads it */
export async function appHere() {
  return JSON.parse(await inItsOwnNode('app'))
}

/** The newest migration of this release, as drizzle-kit notes it. */
export function newestMigration({ migrations }) {
  const file = join(root, journalIn(migrations))
  return existsSync(file) ? newestIn(readFileSync(file, 'utf8')) : undefined
}

/**
 * Refuses a release whose migrations take something from the one that runs: both serve for a moment.
 * @throws {Failure} that names the migration, what it does, and what there is to do
 */
export async function refuseBreakingMigration(cloud, options, findBreaking) {
  if (options.databaseUrlSecret || options.allowBreakingMigration) return
  const schema = await schemaAt(cloud, namesOf(options).replicaUrl, options.project)
  if (!schema || !(newestMigration(options.app)?.when > schema.migration)) return
  const breaking = await findBreaking(schema.migration)
  if (!breaking) return
  const { migration, statement, lost } = breaking
  const them = lost.length > 1 ? 'them' : 'it'
  throw new Failure(
    [
      `The migration ${migration} takes ${lost.join(', ')} away from the release that runs, ${schema.release}:`,
      `  ${statement.replace(/\s+/g, ' ')}`,
      `Keep ${them} in this release, and deploy it; take ${them} away in the next one.`,
      `When no release that serves reads ${them} any more: --allow-breaking-migration.`,
    ].join('\n'),
  )
}

/**
 * The first of this release's migrations after one, by its time, that takes something away.
 * @param {number} migration
 * @returns {Promise<{migration: string, statement: string, lost: string[]} | null>}
 */
export async function findBreakingHere(migration) {
  return JSON.parse(await inItsOwnNode('breaking', String(migration)))
}

async function inItsOwnNode(name, ...args) {
  return must(await node(), [moduleFile(`operations/${name}`), ...args], { cwd: root })
}

/**
 * What the lease below a URL says of the schema of the data: the newest migration, and who leads by it.
 * @returns {Promise<{migration: number, release: string} | null>} null where it can't be told
 */
async function schemaAt(cloud, replicaUrl, project) {
  try {
    const lease = await cloud.find(gcloud('storage cat', [`${replicaUrl}/lease.json`], { project }))
    return lease?.schema ?? null
  } catch {
    // Whoever deploys may have no right to read the data. The server looks again when it starts.
    return null
  }
}

function journalIn(folder) {
  return `${folder}/meta/_journal.json`
}

function newestIn(journal) {
  return JSON.parse(journal).entries.at(-1)
}

/** The time of the newest migration that a commit knows, 0 for none; null where it isn't here. */
export async function newestMigrationAt(commit, folder) {
  const { ok, stdout } = await run('git', ['show', `${commit}:./${journalIn(folder)}`], {
    cwd: root,
  })
  return ok ? (newestIn(stdout)?.when ?? 0) : null
}

/**
 * What a return to an older release means for the data.
 * @returns {Promise<string | null>} null where it is known to mean nothing
 * @throws {Failure} where that release is known not to start
 */
export async function schemaNote(cloud, options, { from, to }, newestMigrationAt) {
  const { migrations, postgresMigrations } = options.app
  const known = async (revision, folder) =>
    folder && /^[0-9a-f]{7,40}$/.test(revision?.commit ?? '')
      ? newestMigrationAt(revision.commit, folder)
      : null
  if (!to.keeper?.startsWith('gs://')) {
    const [newer, older] = [
      await known(from, postgresMigrations),
      await known(to, postgresMigrations),
    ]
    return noteOnDatabase(newer, older, to)
  }
  const schema = await schemaAt(cloud, to.keeper, options.project)
  const own = await known(to, migrations)
  if (!schema || schema.release === to.name || own >= schema.migration) return null
  const meaning =
    'its pages can be read, and nothing can be written until a release with the newest schema serves again.'
  return own === null
    ? `The data are as ${schema.release} has them. If ${to.name} knows an older schema, ${meaning}`
    : `${to.name} knows an older schema than the data have, which are as ${schema.release} has them: ${meaning}`
}

// There a release ends at its start where a newer one has migrated the database.
function noteOnDatabase(newer, older, to) {
  if (newer !== null && older !== null && newer <= older) return null
  const when = `the database was migrated since ${to.name} was deployed, its instances do not start`
  if (newer === null || older === null) return `If ${when}.`
  throw new Failure(
    `As ${when}. Deploy the sources of that release with the newer migrations in them.`,
  )
}
