import { enabledApis } from './steps/apis.mjs'

/**
 * Looks at each thing.
 * @param {import('./steps/step.mjs').Step[]} steps
 * @param {import('./project.mjs').Project} cloud
 * @param {string} project
 * @returns {Promise<Array<import('./steps/step.mjs').Step &
 *   {state: import('./steps/step.mjs').State}>>}
 * @throws {Failure} when something can't be looked at, or stands in the way
 */
export async function look(steps, cloud, project) {
  // Of an API that isn't enabled nothing can be asked, and then there is nothing.
  const enabled = await enabledApis(cloud, project)
  return Promise.all(
    steps.map(async (step) => ({
      ...step,
      state: step.api && !enabled.includes(step.api) ? 'missing' : await step.look(cloud),
    })),
  )
}

const verbs = {
  missing: 'create',
  there: 'keep',
  differs: 'change',
  again: 'deploy',
  surplus: 'delete',
}

/** What a deployment will do, a line a thing. */
export function deployPlan(steps) {
  return steps.map(({ title, state }) => `  ${verbs[state].padEnd(7)} ${title}`).join('\n')
}

/** The commands that make a thing what it is to be, for what isn't so already. */
export function commandsFor({ state, make, change = make, remove = [] }) {
  if (state === 'surplus') return remove
  return state === 'differs' ? change : make
}
