#!/usr/bin/env node
// Stands in for gcloud: a project in a file, in which a command does what it says, or fails in the
// words that gcloud has for it. Each call is noted, with what it read on stdin.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'

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

const resources = {
  'services list': () => state.apis.map((name) => ({ config: { name }, state: 'ENABLED' })),
  'services enable': (...apis) => {
    state.apis = [...new Set([...state.apis, ...apis])]
  },

  'storage buckets describe': (url) => bucket(url),
  'storage buckets create': (url) => {
    if (state.bucketsOfOthers.includes(url)) {
      fail('HTTPError 409: The requested bucket name is not available. The bucket namespace is')
    }
    if (state.buckets[url]) fail('HTTPError 409: you already own it.')
    state.buckets[url] = {
      location: flags.location.toUpperCase(),
      uniform_bucket_level_access: 'uniform-bucket-level-access' in flags,
      public_access_prevention: 'public-access-prevention' in flags ? 'enforced' : 'inherited',
    }
  },
  'storage buckets update': (url) => {
    bucket(url).uniform_bucket_level_access = 'uniform-bucket-level-access' in flags
    bucket(url).public_access_prevention = 'enforced'
  },
  'storage rm': (url) => {
    bucket(url)
    delete state.buckets[url]
  },

  'iam service-accounts list': () => state.accounts.map((email) => ({ email })),
  'iam service-accounts create': (id) => {
    const email = `${id}@${flags.project}.iam.gserviceaccount.com`
    if (state.accounts.includes(email)) fail(`ALREADY_EXISTS: Service account ${id} already exists`)
    state.accounts.push(email)
  },
  'iam service-accounts delete': (email) => {
    account(email)
    state.accounts = state.accounts.filter((other) => other !== email)
  },

  'secrets describe': (name) => secret(name),
  'secrets create': (name) => {
    if (state.secrets[name]) fail(`ALREADY_EXISTS: Secret [${name}] already exists.`)
    state.secrets[name] = { versions: [stdin] }
  },
  'secrets delete': (name) => {
    secret(name)
    delete state.secrets[name]
    delete state.policies[`secrets ${name}`]
  },
  'secrets versions list': (name) => secret(name).versions.map((_, index) => ({ name: index + 1 })),
  'secrets versions add': (name) => {
    secret(name).versions.push(stdin)
  },

  'run services describe': (name) => service(name),
  'run deploy': (name) => {
    const build = flags['build-service-account'].split('/').at(-1)
    account(build)
    account(flags['service-account'])
    needsRole(`projects ${flags.project}`, 'roles/run.builder', build)
    const [, secretName] = /^ADMIN_TOKEN=(.*):latest$/.exec(flags['set-secrets'])
    if (secret(secretName).versions.length === 0) fail('Secret has no version')
    needsRole(
      `secrets ${secretName}`,
      'roles/secretmanager.secretAccessor',
      flags['service-account'],
    )
    const revision = (state.services[name]?.revision ?? 0) + 1
    state.services[name] = { revision, image: `image@sha256:${revision}`, flags }
  },
  'run services delete': (name) => {
    service(name)
    delete state.services[name]
  },

  'run jobs describe': (name) => job(name),
  'run jobs deploy': (name) => {
    account(flags['service-account'])
    if (!Object.values(state.services).some(({ image }) => image === flags.image)) {
      fail(`Image '${flags.image}' not found.`)
    }
    state.jobs[name] = { flags }
  },
  'run jobs delete': (name) => {
    job(name)
    delete state.jobs[name]
    delete state.policies[`run jobs ${name}`]
  },

  'scheduler jobs describe': (name) => schedule(name),
  'scheduler jobs create http': (name) => {
    if (state.schedules[name]) fail('ALREADY_EXISTS: Job already exists')
    state.schedules[name] = scheduleOfFlags()
  },
  'scheduler jobs update http': (name) => {
    schedule(name)
    state.schedules[name] = scheduleOfFlags()
  },
  'scheduler jobs delete': (name) => {
    schedule(name)
    delete state.schedules[name]
  },
}
const things = {
  projects: () => {},
  'storage buckets': bucket,
  secrets: secret,
  'run jobs': job,
}
for (const [kind, find] of Object.entries(things)) {
  const ofThing = (name) => {
    find(name)
    return `${kind} ${name}`
  }
  resources[`${kind} get-iam-policy`] = (name) => ({
    bindings: state.policies[ofThing(name)] ?? [],
  })
  resources[`${kind} add-iam-policy-binding`] = (name) => {
    account(flags.member.replace('serviceAccount:', ''))
    state.policies[ofThing(name)] ??= []
    state.policies[ofThing(name)].push({ role: flags.role, members: [flags.member] })
  }
  resources[`${kind} remove-iam-policy-binding`] = (name) => {
    const others = state.policies[ofThing(name)].filter(
      ({ role, members }) => role !== flags.role || !members.includes(flags.member),
    )
    state.policies[ofThing(name)] = others
  }
}

const verb = Object.keys(resources).find((name) =>
  `${positional.join(' ')} `.startsWith(`${name} `),
)
if (!verb) fail(`Invalid choice: '${argv.join(' ')}'.`)
needsApi(verb)
const answer = resources[verb](...positional.slice(verb.split(' ').length))
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
  if (flags.format === 'value(status.url)') return `https://${positional.at(-1)}-x.run.app`
  if (flags.format === 'value(spec.template.spec.containers[0].image)') return answer.image
  return JSON.stringify(answer.flags ? knative(answer.flags) : answer)
}

function knative(flags) {
  const env = flags['set-env-vars'].split(',').map((pair) => {
    const [name, ...value] = pair.split('=')
    return { name, value: value.join('=') }
  })
  return { spec: { template: { spec: { containers: [{ env }] } } } }
}

function scheduleOfFlags() {
  account(flags['oauth-service-account-email'])
  return {
    schedule: flags.schedule,
    timeZone: flags['time-zone'],
    httpTarget: {
      uri: flags.uri,
      oauthToken: { serviceAccountEmail: flags['oauth-service-account-email'] },
    },
  }
}

function needsApi(verb) {
  const apis = { scheduler: 'cloudscheduler', secrets: 'secretmanager', run: 'run', iam: 'iam' }
  const [first] = verb.split(' ')
  const api = `${apis[first]}.googleapis.com`
  if (apis[first] && !state.apis.includes(api)) {
    fail(`PERMISSION_DENIED: ${api} has not been used in project. reason: SERVICE_DISABLED`)
  }
}

function needsRole(thing, role, email) {
  const bindings = state.policies[thing] ?? []
  const member = `serviceAccount:${email}`
  if (bindings.some((one) => one.role === role && one.members.includes(member))) return
  fail(`PERMISSION_DENIED: ${email} needs ${role} on ${thing}`)
}

function account(email) {
  if (!state.accounts.includes(email)) fail(`NOT_FOUND: Unknown service account ${email}`)
}

function bucket(url) {
  if (state.bucketsOfOthers.includes(url)) {
    fail(`HTTPError 403: you do not have storage.buckets.get access to ${url}.`)
  }
  return state.buckets[url] ?? fail(`${url} not found: 404.`)
}

function secret(name) {
  return state.secrets[name] ?? fail(`NOT_FOUND: Secret [${name}] not found.`)
}

function service(name) {
  return state.services[name] ?? fail(`Cannot find service [${name}]`)
}

function job(name) {
  return state.jobs[name] ?? fail(`Cannot find job [${name}].`)
}

function schedule(name) {
  return state.schedules[name] ?? fail('NOT_FOUND: Job not found.')
}

function fail(message) {
  console.error(`ERROR: (gcloud.${positional.slice(0, 3).join('.')}) ${message}`)
  process.exit(1)
}
