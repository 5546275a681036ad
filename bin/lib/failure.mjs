/** An error that was foreseen: its message names the fact and the next step, so no stack is shown. */
export class Failure extends Error {}

/**
 * Prints an error and makes the process end with exit code 1.
 * @param {Error} error
 */
export function report(error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exitCode = 1
}
