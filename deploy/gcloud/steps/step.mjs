/**
 * A thing that a deployment needs.
 * @typedef {object} Step
 * @property {string} title what it is
 * @property {string | null} api what has to be enabled for the thing to exist at all
 * @property {(project: import('../project.mjs').Project) => Promise<State>} look
 * @property {(project: import('../project.mjs').Project) => Promise<string | null>} [note] what whoever
 *   deploys has to know of a thing that is there
 * @property {Command[]} make makes it; for what is `again`, makes it anew
 * @property {Command[]} [change] makes it right where it `differs`; as `make` unless given
 * @property {Command[]} [remove] takes it away; what goes with something else needs none
 *
 * `again` is there, but every deployment brings a new one. `surplus` is there, and has to go.
 * @typedef {'missing' | 'there' | 'differs' | 'again' | 'surplus'} State
 * @typedef {import('../command.mjs').Command} Command
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
export function without({ look, ...step }) {
  return {
    ...step,
    look: async (cloud) => ((await look(cloud)) === 'missing' ? 'there' : 'surplus'),
    make: [],
  }
}
