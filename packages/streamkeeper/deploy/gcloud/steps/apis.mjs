import { apis, cloudSqlApis } from '../../settings.mjs'
import { gcloud } from '../command.mjs'

/** @returns {Promise<string[]>} the APIs that are enabled */
export async function enabledApis(cloud, project) {
  const found = await cloud.find(gcloud('services list', [], { enabled: true, project }))
  return (found ?? []).map(({ config }) => config.name)
}

/** @returns {import('./step.mjs').Step} */
export function enableApis({ project, cloudSql }) {
  const needed = cloudSql ? [...apis, ...cloudSqlApis] : apis
  return {
    title: `access to the APIs ${needed.map((api) => api.replace('.googleapis.com', '')).join(' ')}`,
    api: null,
    look: async (cloud) => {
      const enabled = await enabledApis(cloud, project)
      return needed.every((api) => enabled.includes(api)) ? 'there' : 'missing'
    },
    make: [gcloud('services enable', needed, { project })],
  }
}
