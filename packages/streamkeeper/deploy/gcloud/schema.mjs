import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../src/cli/lib/failure.mjs'
import { node } from '../../src/cli/lib/node.mjs'
import { moduleFile, root } from '../../src/cli/lib/project.mjs'
import { must } from '../../src/cli/lib/run.mjs'
import { namesOf } from '../settings.mjs'
import { gcloud } from './command.mjs'

/** The newest migration of this release, as its file is named. */
export function newestMigration() {
  return journal().at(-1).tag
}

/**
 * Refuses a release whose migrations take something from the one that runs: both serve for a moment.
 * @param {import('./project.mjs').Project} cloud
 * @param {(migration: number) => Promise<{migration: string, statement: string, lost: string[]} | null>}
 *   findBreaking
 * @throws {Failure} that names the migration, what it does, and what there is to do
 */
export async function refuseBreakingMigration(cloud, options, findBreaking) {
  if (options.databaseUrlSecret || options.allowBreakingMigration) return
  const schema = await schemaAt(cloud, namesOf(options).replicaUrl, options.project)
  if (!schema || journal().at(-1).when <= schema.migration) return
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

/** What `findBreaking` is where it is not a test: the app's own Node does it. */
export async function findBreakingHere(migration) {
  const script = moduleFile('operations/breaking')
  return JSON.parse(await must(await node(), [script, String(migration)], { cwd: root }))
}

/**
 * What the lease below a URL says of the schema of the data: the newest migration, and who leads by it.
 * @returns {Promise<{migration: number, release: string} | null>} null where it can't be told
 */
export async function schemaAt(cloud, replicaUrl, project) {
  try {
    const lease = await cloud.find(gcloud('storage cat', [`${replicaUrl}/lease.json`], { project }))
    return lease?.schema ?? null
  } catch {
    // Whoever deploys may have no right to read the data. The server looks again when it starts.
    return null
  }
}

function journal() {
  const file = join(root, 'db/migrations/meta/_journal.json')
  return JSON.parse(readFileSync(file, 'utf8')).entries
}

const journals = {
  bucket: 'db/migrations/meta/_journal.json',
  database: 'db/postgres/migrations/meta/_journal.json',
}

/**
 * The newest migration that a commit knows, by its time; null where the commit isn't here.
 * @typedef {(commit: string, journal: string) => number | null} NewestMigrationAt
 */

/** @type {NewestMigrationAt} */
export function newestMigrationAt(commit, journal) {
  const { status, stdout } = spawnSync('git', ['show', `${commit}:${journal}`], { cwd: root })
  if (status !== 0) return null
  return JSON.parse(stdout.toString()).entries.at(-1)?.when ?? 0
}

/**
 * What a return to an older release means for the data.
 * @param {import('./project.mjs').Project} cloud
 * @param {{project: string}} options
 * @param {{from: import('./traffic.mjs').Revision | null, to: import('./traffic.mjs').Revision}} way
 * @param {NewestMigrationAt} newestMigrationAt
 * @returns {Promise<string | null>} null where it is known to mean nothing
 * @throws {Failure} where that release is known not to start
 */
export async function schemaNote(cloud, options, { from, to }, newestMigrationAt) {
  const known = (revision, journal) =>
    /^[0-9a-f]{7,40}$/.test(revision?.commit ?? '')
      ? newestMigrationAt(revision.commit, journal)
      : null
  if (!to.keeper?.startsWith('gs://')) {
    return noteOnDatabase(known(from, journals.database), known(to, journals.database), to)
  }
  const schema = await schemaAt(cloud, to.keeper, options.project)
  const own = known(to, journals.bucket)
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
