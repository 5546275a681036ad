import { enabledApis } from './steps/apis.mjs'

/**
 * Looks at each thing.
 * @param {import('./steps/step.mjs').Step[]} steps
 * @param {import('./project.mjs').Project} cloud
 * @param {string} project
 * @returns {Promise<Array<Omit<import('./steps/step.mjs').Step, 'note'> &
 *   {state: import('./steps/step.mjs').State, note: string | null}>>}
 * @throws {Failure} when something can't be looked at, or stands in the way
 */
export async function look(steps, cloud, project) {
  // Of an API that isn't enabled nothing can be asked, and then there is nothing.
  const enabled = await enabledApis(cloud, project)
  return Promise.all(
    steps.map(async (step) => ({
      ...step,
      ...(step.api && !enabled.includes(step.api)
        ? { state: 'missing', note: null }
        : { state: await step.look(cloud), note: (await step.note?.(cloud)) ?? null }),
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
  return steps
    .flatMap(({ title, state, note }) => [
      `  ${verbs[state].padEnd(7)} ${title}`,
      ...(note ? [`          ${note}`] : []),
    ])
    .join('\n')
}

/** The commands that make a thing what it is to be, for what isn't so already. */
export function commandsFor({ state, make, change = make, remove = [] }) {
  if (state === 'surplus') return remove
  return state === 'differs' ? change : make
}
