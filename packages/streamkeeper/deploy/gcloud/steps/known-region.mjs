import { Failure } from '../../../src/cli/lib/failure.mjs'
import { gcloud } from '../command.mjs'

/**
 * @param {import('../project.mjs').Project} cloud
 * @param {string} region
 * @param {'--region' | '--readers'} option that names it
 * @param {{project: string}} options
 * @throws {Failure} where Cloud Run has no such region
 */
export async function refuseUnknownRegion(cloud, region, option, { project }) {
  const regions = (await cloud.find(gcloud('run regions list', [], { project }))) ?? []
  if (regions.some(({ locationId }) => locationId === region)) return
  throw new Failure(
    `${region} is no region of Cloud Run: choose another for ${option}. \`gcloud run regions list\` has them.`,
  )
}
