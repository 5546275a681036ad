import { gcloud } from '../command.mjs'

/**
 * @param {{project: string, region: string, service: string}} options
 * @param {string} [format] for a part of it
 * @returns {import('../command.mjs').Command}
 */
export function describeService({ project, region, service }, format) {
  return gcloud('run services describe', [service], { project, region, ...(format && { format }) })
}
