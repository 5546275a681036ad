import { join } from 'node:path'
import { onPath } from '../../packages/streamkeeper/src/cli/lib/on-path.mjs'
import { must } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { root } from './project.mjs'

/**
 * Runs a program of an installed npm package.
 * @param {string} node the path of the Node that it runs on
 * @param {string} program its name in node_modules/.bin
 * @param {string[]} args
 * @returns {Promise<string>} its stdout
 * @throws {Failure} with its last lines
 */
export function npmProgram(node, program, args) {
  const path = join(root, 'node_modules', '.bin', program)
  return must(path, args, { cwd: root, env: onPath([node]), deadlineMs: 300_000 })
}
