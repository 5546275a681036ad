import { enabledApis } from './project.mjs'

/**
 * A thing that a deployment needs.
 * @typedef {object} Step
 * @property {string} title what it is, in the plan of a deployment
 * @property {string} [removed] what it is in that of a teardown; as `title` unless given
 * @property {string | null} api what has to be enabled for the thing to exist at all
 * @property {(project: import('./project.mjs').Project) => Promise<State>} look
 * @property {(project: import('./project.mjs').Project) => Promise<string | null>} [note] what whoever
 *   deploys has to know of a thing that is there
 * @property {boolean} [holdsData] whether the data goes with it; its note says whether for good
 * @property {Command[]} make makes it; for what is `again`, makes it anew
 * @property {Command[]} [change] makes it right where it `differs`; as `make` unless given
 * @property {Command[]} [remove] takes it away; what goes with something else needs none
 * @property {string} [goOn] how to go on where it fails, if not by the same command
 *
 * @property {Region} [region] of what Google doesn't have everywhere, and we can do without
 *
 * `again` is there, but every deployment brings a new one. `surplus` is there, and has to go; `absent`
 * isn't, and needn't be.
 * @typedef {'missing' | 'there' | 'differs' | 'again' | 'surplus' | 'absent' | 'not offered'} State
 * @typedef {import('./command.mjs').Command} Command
 *
 * @typedef {object} Region
 * @property {(project: import('./project.mjs').Project) => Promise<boolean>} isOffered whether Google
 *   has it there; so it is where that can't be told
 * @property {string} otherwise what is said where it hasn't
 */

/** @type {(found: unknown) => Promise<State>} */
export async function thereIf(found) {
  return (await found) ? 'there' : 'missing'
}

/** That a thing is not there. */
export function without({ look, region, ...step }) {
  return {
    ...step,
    look: async (cloud) => {
      if (region && !(await region.isOffered(cloud))) return 'absent'
      return (await look(cloud)) === 'missing' ? 'absent' : 'surplus'
    },
    make: [],
  }
}

/**
 * Looks at each thing.
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

/** What there is to do, for what isn't already as it is to be. */
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
