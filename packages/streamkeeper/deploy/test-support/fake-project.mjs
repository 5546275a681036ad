import { verbsByHand } from './fake-build.mjs'
import { revisionInJson } from './fake-knative.mjs'
import { mustBeReady, updateTraffic, withRevision } from './fake-traffic.mjs'

// What a flag of `storage buckets update` changes.
const bucketChanges = {
  'uniform-bucket-level-access': { uniform_bucket_level_access: true },
  'public-access-prevention': { public_access_prevention: 'enforced' },
  'no-versioning': { versioning_enabled: false },
  'no-requester-pays': { requester_pays: false },
  // What isn't set is not printed.
  'no-default-event-based-hold': { default_event_based_hold: undefined },
  'clear-retention-period': { retention_policy: undefined },
  'clear-lifecycle': { lifecycle_config: undefined },
  'clear-soft-delete': { soft_delete_policy: { retentionDurationSeconds: '0' } },
}

const regions = ['europe-west1', 'us-east1', 'asia-northeast1', 'europe-west12']
const schedulerRegions = ['europe-west1', 'us-east1']

/** Where a service is that is kept as REGION/NAME. */
export function urlOf(key) {
  const [region, name] = key.split('/')
  return `https://${name}-${region}.run.app`
}

/** What stands in `A=1,B=2`. */
export function pairs(text) {
  return Object.fromEntries(text.split(',').map((pair) => pair.split(/=(.*)/s).slice(0, 2)))
}

// What goes with another flag besides what is named like it, as in gcloud's config_changes.py.
const cleared = { 'clear-network': ['network', 'network-tags', 'subnet', 'vpc-egress'] }

// A new revision has what isn't told from the one before.
function kept(before = {}, flags) {
  const isReplaced = (name) =>
    Object.keys(flags).some(
      (flag) => (bare(flag) === bare(name) && flag !== name) || cleared[flag]?.includes(name),
    )
  const entries = Object.entries(before).filter(([name]) => !isReplaced(name))
  // This one changes the policy, and is nothing of the service.
  const { 'no-allow-unauthenticated': _, ...all } = { ...Object.fromEntries(entries), ...flags }
  return all
}

function bare(flag) {
  return flag.replace(/^(no|set|clear|add|remove)-/, '')
}

/**
 * What each command of the fake gcloud does to its project, by its words. It keeps the order that
 * Google Cloud enforces: nothing is given to whoever isn't there.
 * @returns {Record<string, (...names: string[]) => unknown>}
 */
export function verbsOf({ state, flags, stdin, fail, readHere }) {
  const verbs = {
    version: () => ({ 'Google Cloud SDK': state.gcloudVersion }),

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
        location_type: 'region',
        default_storage_class: 'STANDARD',
        soft_delete_policy: {
          retentionDurationSeconds: flags['soft-delete-duration'] ?? '604800',
        },
        uniform_bucket_level_access: 'uniform-bucket-level-access' in flags,
        public_access_prevention: 'public-access-prevention' in flags ? 'enforced' : 'inherited',
      }
    },
    'storage buckets update': (url) => {
      const { project, ...changes } = flags
      for (const [flag, value] of Object.entries(changes)) changeBucket(url, flag, value)
    },
    'storage cat': (url) =>
      state.objects[url] ?? fail(`The following URLs matched no objects or files:\n${url}`),
    'storage rm': (url) => {
      bucket(url)
      delete state.buckets[url]
    },

    'iam service-accounts list': () => state.accounts.map((email) => ({ email })),
    'iam service-accounts create': (id) => {
      const email = `${id}@${flags.project}.iam.gserviceaccount.com`
      if (state.accounts.includes(email))
        fail(`ALREADY_EXISTS: Service account ${id} already exists`)
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
    // The newest first, as Google lists them.
    'secrets versions list': (name) =>
      secret(name)
        .versions.map((_, index) => ({
          name: `projects/1/secrets/${name}/versions/${index + 1}`,
          state: stateOf(name, index + 1),
        }))
        .filter(({ state }) => !flags.filter || flags.filter === `state=${state}`)
        .reverse()
        .slice(0, flags.limit),
    'secrets versions describe': (version) => ({
      state: stateOf(flags.secret, version),
    }),
    'artifacts docker images describe': (image) =>
      state.lostImages?.includes(image)
        ? fail('Image not found.')
        : { image_summary: { fully_qualified_digest: image } },
    'secrets versions add': (name) => {
      secret(name).versions.push(stdin)
    },

    'run regions list': () => regions.map((locationId) => ({ locationId })),
    'run services list': () => {
      const [, wanted] = flags.filter.split('=')
      return Object.keys(state.services)
        .map((key) => key.split('/'))
        .filter(([, name]) => name === wanted)
        .map(([region, name]) => ({
          metadata: { name, labels: { 'cloud.googleapis.com/location': region } },
        }))
    },
    'run services describe': (name) => service(name),
    'run deploy': (name) => {
      const { region } = flags
      if (!regions.includes(region)) {
        fail(`PERMISSION_DENIED: Permission denied on 'locations/${region}' (or it may not exist).`)
      }
      account(flags['service-account'])
      const before = state.services[`${region}/${name}`]
      const { 'no-traffic': noTraffic = false, tag, ...lasting } = flags
      const image = withDigest(flags.image)
      const all = kept(before?.flags, lasting)
      canStart(all, image)
      const deployed = { name, image, flags: all }
      const isReady = !state.startsNothing
      const how = { noTraffic, tag, isReady, fail }
      const after = withRevision(before, deployed, how)
      state.services[`${region}/${name}`] = after
      mustBeReady(after, fail)
    },
    'run services update-traffic': (name) => updateTraffic(service(name), flags, fail),
    'run revisions list': () =>
      (state.services[`${flags.region}/${flags.service}`]?.revisions ?? []).map(revisionInJson),
    'run services delete': (name) => {
      service(name)
      delete state.policies[`run services ${name}`]
      delete state.services[`${flags.region}/${name}`]
    },

    'run jobs describe': (name) => job(name),
    'run jobs deploy': (name) => {
      account(flags['service-account'])
      if (!isOfService(flags.image)) fail(`Image '${flags.image}' not found.`)
      state.jobs[name] = { flags: kept(state.jobs[name]?.flags, flags) }
    },
    'run jobs delete': (name) => {
      job(name)
      delete state.jobs[name]
      delete state.policies[`run jobs ${name}`]
    },

    'scheduler locations list': () => schedulerRegions.map((locationId) => ({ locationId })),
    'scheduler jobs describe': (name) => schedule(name),
    'scheduler jobs create http': (name) => {
      offered('jobs.create')
      if (state.schedules[scheduleKey(name)]) fail('ALREADY_EXISTS: Job already exists')
      state.schedules[scheduleKey(name)] = scheduleOfFlags()
    },
    'scheduler jobs update http': (name) => {
      schedule(name)
      state.schedules[scheduleKey(name)] = scheduleOfFlags()
    },
    'scheduler jobs delete': (name) => {
      schedule(name)
      delete state.schedules[scheduleKey(name)]
    },
  }
  Object.assign(
    verbs,
    verbsByHand({ state, flags, fail, readHere, account, bucket, canBuild, canStart }),
  )
  const things = {
    projects: () => {},
    'storage buckets': bucket,
    secrets: secret,
    'run services': service,
    'run jobs': job,
  }
  for (const [kind, find] of Object.entries(things)) {
    const ofThing = (name) => {
      find(name)
      return `${kind} ${name}`
    }
    verbs[`${kind} get-iam-policy`] = (name) => ({
      bindings: state.policies[ofThing(name)] ?? [],
    })
    verbs[`${kind} add-iam-policy-binding`] = (name) => {
      needsCondition(kind, ofThing(name))
      account(flags.member.replace('serviceAccount:', ''))
      state.policies[ofThing(name)] ??= []
      state.policies[ofThing(name)].push({ role: flags.role, members: [flags.member] })
    }
    verbs[`${kind} remove-iam-policy-binding`] = (name) => {
      needsCondition(kind, ofThing(name))
      const others = state.policies[ofThing(name)].filter(
        ({ role, members }) => role !== flags.role || !members.includes(flags.member),
      )
      state.policies[ofThing(name)] = others
    }
  }
  return verbs

  // With prompts disabled gcloud refuses to guess (command_lib/iam/iam_util.py); of jobs it knows no
  // conditions (surface/run/jobs/add_iam_policy_binding.yaml).
  function needsCondition(kind, thing) {
    if (kind === 'run jobs') {
      if (flags.condition) fail('unrecognized arguments: --condition')
      return
    }
    const hasConditions = state.policies[thing]?.some(({ condition }) => condition)
    if (!hasConditions || flags.condition === 'None') return
    fail(
      'Adding a binding without specifying a condition to a policy containing conditions is prohibited in non-interactive mode. Run the command again with `--condition=None`',
    )
  }

  function changeBucket(url, flag, value) {
    const found = bucket(url)
    if (flag === 'default-storage-class') found.default_storage_class = value
    else if (flag === 'lifecycle-file') found.lifecycle_config = JSON.parse(readHere(value))
    else Object.assign(found, bucketChanges[flag])
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

  // As Cloud Run has it from then on, whatever else gets that tag.
  function withDigest(image) {
    if (!state.images.includes(image) && !isOfService(image)) fail(`Image '${image}' not found.`)
    return image in state.pushes ? `${image}@sha256:${state.pushes[image]}` : image
  }

  function canBuild(email, key) {
    if (state.regionsWithoutBuilds.includes(flags.region)) {
      fail(
        'FAILED_PRECONDITION: failed precondition: due to quota restrictions, cannot run builds in this region. Please contact support',
      )
    }
    account(email)
    needsRole(`projects ${flags.project}`, 'roles/run.builder', email)
    canRead(key, email)
  }

  function isOfService(image) {
    return Object.values(state.services).some((service) => service.image === image)
  }

  // What Cloud Run and the server itself look at before a revision is ready.
  function canStart(settings, image) {
    const account = settings['service-account']
    for (const name of Object.values(pairs(settings['set-secrets']))) {
      canRead(name, account)
    }
    if (settings['set-cloudsql-instances']) {
      if (!state.apis.includes('sqladmin.googleapis.com')) fail('The sqladmin API is not enabled')
      needsRole(`projects ${flags.project}`, 'roles/cloudsql.client', account)
    }
    const { ROLE, REPLICA_URL, WRITER_URL } = pairs(settings['set-env-vars'])
    if (!REPLICA_URL) return
    const role = ROLE === 'reader' ? 'roles/storage.objectViewer' : 'roles/storage.objectAdmin'
    needsRole(`storage buckets ${REPLICA_URL.split('/').slice(0, 3).join('/')}`, role, account)
    if (ROLE !== 'reader') return
    const writer = Object.entries(state.services).find(([key]) => urlOf(key) === WRITER_URL)?.[1]
    if (!writer || writer.image !== image) fail(`The writer does not run ${image}`)
    if (writer.visitedRevision !== writer.revision) {
      fail('The user-provided container failed the configured startup probe checks.')
    }
  }

  function canRead(secretVersion, email) {
    const [secretName, version] = secretVersion.split(':')
    if (stateOf(secretName, version) !== 'ENABLED') {
      fail(`Secret projects/1/secrets/${secretName}/versions/${version} was not found`)
    }
    needsRole(`secrets ${secretName}`, 'roles/secretmanager.secretAccessor', email)
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

  function stateOf(name, version) {
    const { versions, states = {} } = secret(name)
    if (!versions[version - 1]) return 'MISSING'
    return states[version] ?? 'ENABLED'
  }

  function service(name) {
    return state.services[`${flags.region}/${name}`] ?? fail(`Cannot find service [${name}]`)
  }

  function job(name) {
    return state.jobs[name] ?? fail(`Cannot find job [${name}].`)
  }

  function schedule(name) {
    offered('jobs.get')
    return state.schedules[scheduleKey(name)] ?? fail('NOT_FOUND: Job not found.')
  }

  function scheduleKey(name) {
    return `${flags.location}/${name}`
  }

  // https://github.com/hashicorp/terraform-provider-google/issues/7001
  function offered(permission) {
    if (schedulerRegions.includes(flags.location)) return
    fail(
      `PERMISSION_DENIED: The principal (user or service account) lacks IAM permission "cloudscheduler.${permission}" for the resource "projects/${flags.project}/locations/${flags.location}" (or the resource may not exist).`,
    )
  }
}
