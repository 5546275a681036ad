import { delimiter, dirname } from 'node:path'

/**
 * An environment in which these programs are the ones that their names mean.
 * @param {string[]} programs their paths
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {NodeJS.ProcessEnv}
 */
export function onPath(programs, env = process.env) {
  return { ...env, PATH: [...programs.map(dirname), env.PATH].join(delimiter) }
}
