import { apis } from '../../settings.mjs'
import { gcloud } from '../command.mjs'

/** @returns {Promise<string[]>} the APIs that are enabled */
export async function enabledApis(cloud, project) {
  const found = await cloud.find(gcloud('services list', [], { enabled: true, project }))
  return (found ?? []).map(({ config }) => config.name)
}

/** @returns {import('./step.mjs').Step} */
export function enableApis({ project }) {
  return {
    title: `access to the APIs ${apis.map((api) => api.replace('.googleapis.com', '')).join(' ')}`,
    api: null,
    look: async (cloud) => {
      const enabled = await enabledApis(cloud, project)
      return apis.every((api) => enabled.includes(api)) ? 'there' : 'missing'
    },
    make: [gcloud('services enable', apis, { project })],
  }
}
