import { delimiter, dirname } from 'node:path'
import { Failure } from './failure.mjs'

/**
 * An environment in which these programs are the ones that their names mean.
 * @param {string[]} programs their paths
 * @throws {Failure} when a folder of theirs can't stand there
 */
export function onPath(programs, env = process.env) {
  const folders = programs.map(dirname)
  const odd = folders.find((folder) => folder.includes(delimiter))
  if (odd) {
    throw new Failure(
      `${odd} can't be on the PATH, as "${delimiter}" ends a name there. Rename it.`,
    )
  }
  return { ...env, PATH: [...folders, env.PATH].join(delimiter) }
}
