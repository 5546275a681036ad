/**
 * A thing that a deployment needs.
 * @typedef {object} Step
 * @property {string} title what it is, in the plan of a deployment
 * @property {string} [removed] what it is in that of a teardown; as `title` unless given
 * @property {string | null} api what has to be enabled for the thing to exist at all
 * @property {(project: import('../project.mjs').Project) => Promise<State>} look
 * @property {(project: import('../project.mjs').Project) => Promise<string | null>} [note] what whoever
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
 * @typedef {import('../command.mjs').Command} Command
 *
 * @typedef {object} Region
 * @property {(project: import('../project.mjs').Project) => Promise<boolean>} isOffered whether Google
 *   has it there; so it is where that can't be told
 * @property {string} otherwise what is said where it hasn't
 */

/** @type {(found: unknown) => Promise<State>} */
export async function thereIf(found) {
  return (await found) ? 'there' : 'missing'
}

/**
 * That a thing is not there.
 * @param {Step} step
 * @returns {Step}
 */
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
