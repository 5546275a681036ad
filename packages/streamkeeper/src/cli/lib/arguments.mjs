import { parseArgs } from 'node:util'
import { WrongArguments } from './failure.mjs'

/** Whether somebody asks what a command can do, whatever else they have typed. */
export function asksForHelp(args) {
  return args.includes('--help') || args.includes('-h')
}

/**
 * Reads the arguments of a command.
 * @param {string[]} args
 * @param {Record<string, {type: 'string' | 'boolean', short?: string, multiple?: boolean,
 *   default?: string | boolean, mayBeEmpty?: boolean}>} options as `parseArgs` of Node has them;
 *   `mayBeEmpty` is a text whose value may be left out
 * @param {{positionals?: number}} [limits] how many arguments without a name there may be
 * @returns {{values: Record<string, any>, positionals: string[]}}
 * @throws {WrongArguments}
 */
export function parse(args, options, { positionals: most = 0 } = {}) {
  const known = { ...options, help: { type: 'boolean', short: 'h' } }
  const { values, positionals, tokens } = parseArgs({
    args: withEmptyValues(args, known),
    options: known,
    allowPositionals: true,
    // What it says of wrong arguments depends on the Node.
    strict: false,
    tokens: true,
  })
  for (const token of tokens) if (token.kind === 'option') check(token, known)
  if (positionals.length > most) {
    throw new WrongArguments(`"${harmless(positionals.at(-1))}" is one argument too many.`)
  }
  return { values, positionals }
}

/**
 * @param {Parameters<typeof parse>[1]} [options] besides `--help`
 * @returns {Record<string, boolean | string | undefined>} the options' values
 * @throws {WrongArguments}
 */
export function readArguments(args, options = {}) {
  try {
    return parse(args, options).values
  } catch (error) {
    throw new WrongArguments(`${error.message} --help says what there is.`)
  }
}

function check({ name, rawName, value, inlineValue }, known) {
  if (!Object.hasOwn(known, name)) {
    const meant = nearest(name, Object.keys(known))
    const question = meant ? ` Did you mean --${meant}?` : ''
    throw new WrongArguments(`There is no option ${harmless(rawName)}.${question}`)
  }
  const isText = known[name].type === 'string'
  if (!isText && value !== undefined) throw new WrongArguments(`--${name} takes no value.`)
  // A value may begin with a minus, as in -10m; the name of an option is none.
  const isMissing = value === undefined || (!inlineValue && /^-\D/.test(value))
  if (isText && isMissing) throw new WrongArguments(`--${name} needs a value.`)
}

function withEmptyValues(args, known) {
  return args.map((arg, index) => {
    const next = args[index + 1]
    const standsAlone = next === undefined || next.startsWith('-')
    return known[arg.replace(/^--/, '')]?.mayBeEmpty && standsAlone ? `${arg}=` : arg
  })
}

// It repeats what was typed, and that can be a URL with a password.
function harmless(text) {
  return text.replace(/:\/\/\S*@/g, '://…@')
}

/** The name that was probably meant: one with at most two letters added, left out or changed. */
export function nearest(word, names) {
  const distances = names.map((name) => ({ name, distance: distance(word, name) }))
  const [best] = distances.sort((a, b) => a.distance - b.distance)
  return best && best.distance <= Math.min(2, word.length - 1) ? best.name : undefined
}

// Levenshtein's, a row at a time.
function distance(from, to) {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at)
  for (const [at, letter] of [...from].entries()) {
    const next = [at + 1]
    for (let column = 0; column < to.length; column++) {
      const change = row[column] + (letter === to[column] ? 0 : 1)
      next.push(Math.min(change, row[column + 1] + 1, next[column] + 1))
    }
    row = next
  }
  return row.at(-1)
}
