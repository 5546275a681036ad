import { parseArgs } from 'node:util'
import { WrongArguments } from '../../packages/streamkeeper/src/cli/lib/failure.mjs'

export const help = `Runs the app in its containers on a fake bucket, with people and programs that use it, makes faults
all the time, and checks that what was acknowledged is kept, that the app recovers, and that nothing
grows.

  npm run soak -- [--minutes N] [--seed N] [--faults-a-minute N]

  --minutes N           how long; 30 unless told, 2 show that all works
  --seed N              what chooses the faults; another each time unless told
  --faults-a-minute N   how many faults there are; 40 unless told
  --help                print this

Exit codes: 0 all is right, 1 something is wrong, 2 wrong arguments, 130 interrupted.`

const option = { type: 'string' }
const options = {
  minutes: { ...option, default: '30' },
  seed: option,
  'faults-a-minute': { ...option, default: '40' },
  help: { type: 'boolean', short: 'h' },
}

/**
 * @param {string[]} args
 * @returns {'help' | {minutes: string, seed: string, faultsAMinute: string}}
 * @throws {WrongArguments}
 */
export function readArguments(args) {
  const values = parsed(args)
  if (values.help) return 'help'
  const { minutes, seed = String(1 + (Date.now() % 1_000_000)) } = values
  const faultsAMinute = values['faults-a-minute']
  for (const [name, text] of Object.entries({ minutes, seed, 'faults-a-minute': faultsAMinute })) {
    if (!/^[1-9]\d{0,8}$/.test(text)) {
      throw new WrongArguments(`--${name} "${text}" is no whole number above 0. --help says more.`)
    }
  }
  return { minutes, seed, faultsAMinute }
}

function parsed(args) {
  try {
    return parseArgs({ args, options }).values
  } catch (error) {
    throw new WrongArguments(`${error.message} --help says what there is.`)
  }
}
