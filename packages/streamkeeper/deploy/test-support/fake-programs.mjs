// What stands in for gcloud and curl: a project in which a command does what it says, or fails in the
// words that the program has for it. Each call is noted, with what it read on stdin.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { serviceInJson } from './fake-knative.mjs'
import { urlOf, verbsOf } from './fake-project.mjs'
import { servingNumber } from './fake-traffic.mjs'

class Refusal extends Error {}

/**
 * Runs one of the programs.
 * @param {'gcloud' | 'curl'} program
 * @param {string[]} argv
 * @param {{state: object, calls: object[], cwd: string, stdin?: string}} project `state` and `calls` change
 * @returns {{ok: boolean, output: string}}
 */
export function runFake(program, argv, { state, calls, cwd, stdin }) {
  const earlier = [...calls]
  const call =
    program === 'curl'
      ? { argv: ['curl', ...argv], stdin: null }
      : { argv, stdin: argumentOf('data-file', argv) === '-' ? stdin : null }
  calls.push(call)
  try {
    const output =
      program === 'curl' ? visit(state, argv) : answer(state, { ...call, cwd }, earlier)
    return { ok: true, output }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { ok: false, output: error.message }
  }
}

// Visits a service of the project, whose data is then as this revision has it.
function visit(state, argv) {
  const failure = state.failures.find(({ match }) => match === 'curl')
  const key = Object.keys(state.services).find((key) => urlOf(key) === argv.at(-1))
  if (failure || !key) {
    throw new Refusal(failure?.message ?? `curl: (6) Could not resolve host: ${argv.at(-1)}`)
  }
  state.services[key].visitedRevision = servingNumber(state.services[key])
  return '<html>the page</html>'
}

function answer(state, { argv, stdin, cwd }, earlier) {
  const firstFlag = argv.findIndex((arg) => arg.startsWith('--'))
  const positional = argv.slice(0, firstFlag < 0 ? argv.length : firstFlag)
  const flags = readFlags(argv.slice(positional.length))
  const fail = (message) => {
    throw new Refusal(`ERROR: (gcloud.${positional.slice(0, 3).join('.')}) ${message}`)
  }

  for (const { match, message, times = Number.POSITIVE_INFINITY } of state.failures) {
    const isMeant = ({ argv }) => argv.join(' ').includes(match)
    const isNow = isMeant({ argv }) && earlier.filter(isMeant).length < times
    // Without a message it lists nothing.
    if (isNow && message === null) return ''
    if (isNow) fail(message)
  }
  const verbs = verbsOf({
    state,
    flags,
    stdin,
    fail,
    readHere: (file) => readFileSync(resolve(cwd, file), 'utf8'),
  })
  const verb = Object.keys(verbs).find((name) => `${positional.join(' ')} `.startsWith(`${name} `))
  if (!verb) fail(`Invalid choice: '${argv.join(' ')}'.`)
  needsApi(verb, state, fail)
  const found = verbs[verb](...positional.slice(verb.split(' ').length))
  return found === undefined ? '' : inFormat(found, flags, positional.at(-1))
}

function readFlags(args) {
  const found = {}
  for (let index = 0; index < args.length; index++) {
    const next = args[index + 1]
    const name = args[index].replace(/^--/, '')
    found[name] = next === undefined || next.startsWith('--') ? true : args[++index]
  }
  return found
}

function argumentOf(flag, argv) {
  return argv.includes(`--${flag}`) ? argv[argv.indexOf(`--${flag}`) + 1] : undefined
}

// As gcloud answers from Cloud Run, where the fake keeps the flags alone.
function inFormat(found, { format, region }, name) {
  const key = `${region}/${name}`
  if (format === 'value(status.url)') return urlOf(key)
  if (format === 'value(spec.template.spec.containers[0].image)') return found.image
  if (typeof found === 'string') return found
  if (format === 'value(name.basename())') {
    return found.map(({ name }) => name.split('/').at(-1)).join('\n')
  }
  return JSON.stringify(found.revisions ? serviceInJson(found, key) : found)
}

function needsApi(verb, state, fail) {
  const apis = { scheduler: 'cloudscheduler', secrets: 'secretmanager', run: 'run', iam: 'iam' }
  const [first] = verb.split(' ')
  const api = `${apis[first]}.googleapis.com`
  if (apis[first] && !state.apis.includes(api)) {
    fail(`PERMISSION_DENIED: ${api} has not been used in project. reason: SERVICE_DISABLED`)
  }
}
