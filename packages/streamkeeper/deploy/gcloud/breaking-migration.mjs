import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../../src/cli/lib/failure.mjs'
import { node } from '../../src/cli/lib/node.mjs'
import { moduleFile, root } from '../../src/cli/lib/project.mjs'
import { must } from '../../src/cli/lib/run.mjs'
import { namesOf } from '../names.mjs'
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
