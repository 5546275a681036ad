/**
 * A command that can be run or shown.
 * @typedef {object} Command
 * @property {'gcloud' | 'curl'} program
 * @property {Array<string | Answer>} args
 * @property {'base64' | 'base64url' | null} secret the encoding of the 32 random bytes that it reads on its stdin
 */

/** An argument that has in it what other commands answer, known only when it is run. */
export class Answer {
  /** @param {Array<string | Command>} parts in their order; a command stands for its answer */
  constructor(...parts) {
    this.parts = parts
  }
}

/**
 * @param {string} words such as 'secrets create', split at spaces
 * @param {Array<string>} [names] what it acts on
 * @param {Record<string, string | number | boolean | Answer>} [flags] in camel case
 */
export function gcloud(words, names = [], flags = {}) {
  const args = Object.entries(flags).flatMap(([name, value]) => flag(name, value))
  return { program: 'gcloud', args: [...words.split(' '), ...names, ...args], secret: null }
}

/** The same command, reading 32 random bytes on its stdin, in that encoding. */
export function readingToken({ program, args }, encoding) {
  return { program, args: [...args, '--data-file', '-'], secret: encoding }
}

/** Asks for a page as a browser does. A service that was made just now may answer nobody at first. */
export function askFor(url) {
  const patience = '--max-time 60 --retry 8 --retry-all-errors --retry-max-time 120'
  const args = ['--fail', '--silent', '--show-error', ...patience.split(' '), url]
  return { program: 'curl', args, secret: null }
}

function flag(name, value) {
  if (value === true) return [`--${dashed(name)}`]
  if (value === false) return [`--no-${dashed(name)}`]
  return [`--${dashed(name)}`, value instanceof Answer ? value : String(value)]
}

/** The name of an option as it is typed, without its dashes. */
export function dashed(name) {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

function makeToken(encoding) {
  return `node -e "process.stdout.write(require('crypto').randomBytes(32).toString('${encoding}'))"`
}

/** The command as a line for a shell, to be run by hand. */
export function line({ program, args, secret }) {
  const words = [program, ...args.map(quoted)].join(' ')
  return secret ? `${makeToken(secret)} | ${words} # (a random token)` : words
}

/** What a dry run prints. */
export function inFull(commands, { json }) {
  const lines = commands.map(line)
  return json ? JSON.stringify({ commands: lines }) : lines.join('\n')
}

/** An argument as a shell takes it. */
export function quoted(arg) {
  if (arg instanceof Answer) return `"${arg.parts.map(inQuotes).join('')}"`
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", `'\\''`)}'`
}

function inQuotes(part) {
  return typeof part === 'string' ? part.replace(/["$`\\]/g, '\\$&') : `$(${line(part)})`
}

/** @param {string} [format] for a part of it */
export function describeService({ project, region, service }, format) {
  return gcloud('run services describe', [service], { project, region, ...(format && { format }) })
}
