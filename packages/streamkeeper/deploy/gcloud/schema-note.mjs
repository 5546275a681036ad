import { spawnSync } from 'node:child_process'
import { Failure } from '../../src/cli/lib/failure.mjs'
import { root } from '../../src/cli/lib/project.mjs'
import { schemaAt } from './breaking-migration.mjs'

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
 * @param {{from: import('./revision.mjs').Revision | null, to: import('./revision.mjs').Revision}} way
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
