import { parseArgs } from 'node:util'
import { Failure } from '../../bin/lib/failure.mjs'
import { defaults } from '../settings.mjs'
import { formats } from './formats.mjs'

/** The arguments are wrong: nothing was run. */
export class WrongArguments extends Failure {}

/**
 * Reads the arguments of a command, and checks those that have a format.
 * @param {string[]} args
 * @param {{texts: string[], switches: string[]}} known the names of its options, in camel case
 * @returns {Record<string, string | boolean>} all of them; switches that are not given are false
 * @throws {WrongArguments} with a line for all that is wrong
 */
export function readArguments(args, { texts, switches }) {
  const values = { ...defaults, ...parse(args, { texts, switches }) }
  const problems = texts.map((name) => problemOf(name, values[name])).filter(Boolean)
  if (problems.length > 0 && !values.help) throw new WrongArguments(problems.join('\n'))
  return Object.fromEntries([
    ...texts.map((name) => [name, values[name]]),
    ...switches.map((name) => [name, values[name] ?? false]),
  ])
}

function parse(args, { texts, switches }) {
  const options = Object.fromEntries([
    ...texts.map((name) => [dashed(name), { type: 'string' }]),
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
  return value === undefined ? [] : [[name, value]]
}

function problemOf(name, value) {
  if (value === undefined) return `--${name} is missing: ${formats[name].words}.`
  if (!formats[name].fits(value)) return `--${name} "${value}" is not ${formats[name].words}.`
}

function dashed(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}
