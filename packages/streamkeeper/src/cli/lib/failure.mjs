/** An error that was foreseen: its message names the fact and the next step, so no stack is shown. */
export class Failure extends Error {}

/** What a command was asked makes no sense. */
export class WrongArguments extends Failure {}

/**
 * Prints an error and makes the process end with exit code 1, or 2 where the arguments are wrong.
 * @param {Error} error
 */
export function report(error) {
  console.error(error instanceof Failure ? error.message : error)
  process.exitCode = error instanceof WrongArguments ? 2 : 1
}
