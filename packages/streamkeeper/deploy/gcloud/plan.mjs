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
      ...(!step.api || enabled.includes(step.api) ? await found(step, cloud) : nothing(step)),
    })),
  )
}

function nothing({ make }) {
  return { state: make.length > 0 ? 'missing' : 'absent', note: null }
}

async function found({ look, note, region }, cloud) {
  if (region && !(await region.isOffered(cloud))) {
    return { state: 'not offered', note: region.otherwise }
  }
  return { state: await look(cloud), note: (await note?.(cloud)) ?? null }
}

const verbs = {
  missing: 'create',
  there: 'keep',
  differs: 'change',
  again: 'deploy',
  surplus: 'delete',
  'not offered': 'skip',
}

/** What a deployment will do, a line a thing. */
export function deployPlan(steps) {
  return steps
    .filter(({ state }) => state !== 'absent')
    .flatMap(({ title, state, note }) => [
      `  ${verbs[state].padEnd(7)} ${title}`,
      ...(note ? [`          ${note}`] : []),
    ])
    .join('\n')
}

/**
 * What there is to do, for what isn't already as it is to be.
 * @param {Awaited<ReturnType<typeof look>>} steps
 * @returns {Parameters<typeof import('./apply.mjs').apply>[0]}
 */
export function thingsToDo(steps) {
  return steps
    .filter(({ state }) => !['there', 'absent', 'not offered'].includes(state))
    .map((step) => {
      const { title, region, goOn } = step
      return { title, commands: commandsFor(step), region, goOn }
    })
}

function commandsFor({ state, make, change = make, remove = [] }) {
  if (state === 'surplus') return remove
  return state === 'differs' ? change : make
}
