#!/usr/bin/env node
// Stands in for gcloud: a project in a file, in which a command does what it says, or fails in the
// words that gcloud has for it. Each call is noted, with what it read on stdin.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { serviceInJson } from './fake-knative.mjs'
import { urlOf, verbsOf } from './fake-project.mjs'

const { FAKE_GCLOUD_STATE: file, FAKE_GCLOUD_CALLS: calls } = process.env
const argv = process.argv.slice(2)
const before = readFileSync(file, 'utf8')
const state = JSON.parse(before)

const firstFlag = argv.findIndex((arg) => arg.startsWith('--'))
const positional = argv.slice(0, firstFlag < 0 ? argv.length : firstFlag)
const flags = readFlags(argv.slice(positional.length))
const stdin = flags['data-file'] === '-' ? readFileSync(0, 'utf8') : null

const earlier = readFileSync(calls, 'utf8').split('\n').filter(Boolean).map(JSON.parse)
appendFileSync(calls, `${JSON.stringify({ argv, stdin })}\n`)
for (const { match, message, times = Number.POSITIVE_INFINITY } of state.failures) {
  const isMeant = ({ argv }) => argv.join(' ').includes(match)
  if (isMeant({ argv }) && earlier.filter(isMeant).length < times) fail(message)
}

const verbs = verbsOf({ state, flags, stdin, fail })
const verb = Object.keys(verbs).find((name) => `${positional.join(' ')} `.startsWith(`${name} `))
if (!verb) fail(`Invalid choice: '${argv.join(' ')}'.`)
needsApi(verb)
const answer = verbs[verb](...positional.slice(verb.split(' ').length))
// Questions are asked side by side, and a half-written file would be read.
if (JSON.stringify(state) !== before) writeFileSync(file, JSON.stringify(state))
if (answer !== undefined) console.log(inFormat(answer))

function readFlags(args) {
  const found = {}
  for (let index = 0; index < args.length; index++) {
    const next = args[index + 1]
    const name = args[index].replace(/^--/, '')
    found[name] = next === undefined || next.startsWith('--') ? true : args[++index]
  }
  return found
}

// As gcloud answers from Cloud Run, where the fake keeps the flags alone.
function inFormat(answer) {
  const key = `${flags.region}/${positional.at(-1)}`
  if (flags.format === 'value(status.url)') return urlOf(key)
  if (flags.format === 'value(spec.template.spec.containers[0].image)') return answer.image
  if (typeof answer === 'string') return answer
  if (flags.format === 'value(name.basename())') {
    return answer.map(({ name }) => name.split('/').at(-1)).join('\n')
  }
  return JSON.stringify(answer.revisions ? serviceInJson(answer, key) : answer)
}

function needsApi(verb) {
  const apis = { scheduler: 'cloudscheduler', secrets: 'secretmanager', run: 'run', iam: 'iam' }
  const [first] = verb.split(' ')
  const api = `${apis[first]}.googleapis.com`
  if (apis[first] && !state.apis.includes(api)) {
    fail(`PERMISSION_DENIED: ${api} has not been used in project. reason: SERVICE_DISABLED`)
  }
}

function fail(message) {
  console.error(`ERROR: (gcloud.${positional.slice(0, 3).join('.')}) ${message}`)
  process.exit(1)
}
