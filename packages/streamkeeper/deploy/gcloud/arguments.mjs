import { parseArgs } from 'node:util'
import { Failure } from '../../src/cli/lib/failure.mjs'
import { defaults } from '../settings.mjs'
import { formats } from './formats.mjs'

/** The arguments are wrong: nothing was run. */
export class WrongArguments extends Failure {}

/**
 * Reads the arguments of a command, and checks those that have a format.
 * @param {string[]} args
 * @param {object} known the names of its options, in camel case
 * @param {string[]} known.texts that have to be given, or have a default
 * @param {string[]} [known.optional] that need not
 * @param {string[]} known.switches
 * @param {(given: Record<string, string | boolean>) => string[]} [known.contradictions] says what is
 *   wrong with the options that are given together
 * @returns {Record<string, string | boolean>} all of them; switches that are not given are false
 * @throws {WrongArguments} with a line for all that is wrong
 */
export function readArguments(args, known) {
  const { texts, optional = [], switches, contradictions = () => [] } = known
  const given = parse(args, [...texts, ...optional], switches)
  const values = { ...defaults, ...given }
  const problems = [
    ...texts.filter((name) => values[name] === undefined).map(missing),
    ...[...texts, ...optional].map((name) => misshapen(name, values[name])).filter(Boolean),
    ...contradictions(given),
  ]
  if (problems.length > 0 && !values.help) throw new WrongArguments(problems.join('\n'))
  return Object.fromEntries([
    ...[...texts, ...optional].map((name) => [name, values[name]]),
    ...switches.map((name) => [name, values[name] ?? false]),
  ])
}

function parse(args, texts, switches) {
  const options = Object.fromEntries([
    // What is given twice is not the last of the two: it is a list, or else refused by its format.
    ...texts.map((name) => [dashed(name), { type: 'string', multiple: true }]),
    ...switches.map((name) => [dashed(name), { type: 'boolean' }]),
  ])
  try {
    const { values } = parseArgs({ args, options })
    return Object.fromEntries([...texts, ...switches].flatMap((name) => given(name, values)))
  } catch (error) {
    throw new WrongArguments(error.message)
  }
}

function given(name, values) {
  const value = values[dashed(name)]
  if (value === undefined) return []
  return [[name, Array.isArray(value) ? value.join(',') : value]]
}

/** What is said of an option that has to be given and isn't. */
export function missing(name) {
  return `${option(name)} is missing: ${formats[name].words}.`
}

function misshapen(name, value) {
  if (value === undefined || formats[name].fits(value)) return null
  return `${option(name)} "${value}" is not ${formats[name].words}.`
}

/** An option as it is typed. */
export function option(name) {
  return `--${dashed(name)}`
}

function dashed(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
