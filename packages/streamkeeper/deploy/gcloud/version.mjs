import { Failure } from '../../src/cli/lib/failure.mjs'
import { disk, leastGcloud } from '../settings.mjs'
import { gcloud } from './command.mjs'

/** The ways to a newer gcloud: one that a package manager has installed refuses the first. */
export const howToUpdate = `  gcloud components update
or, where a package manager has installed it:
  sudo apt-get update && sudo apt-get install --only-upgrade google-cloud-cli
or install it anew: https://cloud.google.com/sdk/docs/install`

/**
 * Refuses a gcloud that doesn't know all commands and options of a deployment. To be asked before
 * anything else: it would fail half-way.
 * @param {import('./project.mjs').Project} cloud
 * @param {{disk?: string}} [options]
 * @throws {Failure}
 */
export async function requireGcloud(cloud, options = {}) {
  const versions = await cloud.find(gcloud('version'))
  const found = versions?.['Google Cloud SDK'] ?? 'unknown'
  const least = options.disk ? disk.leastGcloud : leastGcloud
  if (!isOlder(found, least)) return
  throw new Failure(
    `This gcloud is ${found}, and ${least} is needed${options.disk ? ' for --disk' : ''} or a newer one. Update it:\n${howToUpdate}`,
  )
}

// One whose version is no number is taken.
function isOlder(found, least) {
  const [numbers, others] = [found, least].map((version) => version.split('.').map(Number))
  const index = numbers.findIndex((number, index) => number !== others[index])
  return index >= 0 && numbers[index] < others[index]
}
