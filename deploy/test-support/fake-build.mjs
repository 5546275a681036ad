import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

/**
 * What the fake gcloud does for those who build and deploy by hand.
 * @param {object} project its state, the command's flags, and what fake-project.mjs looks up in it
 * @returns {Record<string, (...names: string[]) => unknown>}
 */
export function verbsByHand({ state, flags, fail, account, bucket, canStart, needsRole }) {
  return {
    'artifacts repositories create': (name) => {
      state.repositories = [...(state.repositories ?? []), `${flags.location}/${name}`]
    },
    'artifacts repositories set-cleanup-policies': (name) => {
      repository(`${flags.location}/${name}`)
      JSON.parse(readFileSync(flags.policy, 'utf8'))
    },
    'builds submit': () => {
      const substitutions = { PROJECT_ID: flags.project, ...pairs(flags.substitutions) }
      const { images, serviceAccount } = filled(readFileSync(flags.config, 'utf8'), substitutions)
      const email = serviceAccount.split('/').at(-1)
      account(email)
      needsRole(`projects ${flags.project}`, 'roles/run.builder', email)
      // One that isn't there would be made in the US.
      bucket(flags['gcs-source-staging-dir'].split('/').slice(0, 3).join('/'))
      for (const image of images) {
        const [, location, project, name] = /^(.+)-docker\.pkg\.dev\/(.+)\/(.+)\/.+:.+$/.exec(image)
        if (project !== flags.project) fail(`PERMISSION_DENIED: ${project}`)
        repository(`${location}/${name}`)
      }
      state.images = images
    },
    'run services replace': (file) => {
      const { metadata, spec } = parse(readFileSync(file, 'utf8'))
      const { serviceAccountName, containers } = spec.template.spec
      const [{ image, env }] = containers
      if (!state.images?.includes(image)) fail(`Image '${image}' not found.`)
      const said = {
        'service-account': serviceAccountName,
        'set-env-vars': joined(env, ({ value }) => value),
        'set-secrets': joined(env, ({ valueFrom }) => valueFrom && secretOf(valueFrom)),
      }
      account(serviceAccountName)
      canStart(said, image)
      state.services[`${flags.region}/${metadata.name}`] = { revision: 1, image, flags: said }
    },
  }

  function repository(name) {
    if (!state.repositories?.includes(name)) fail(`NOT_FOUND: Repository ${name} does not exist`)
  }
}

function filled(text, substitutions) {
  return parse(text.replace(/\$\{?([A-Z_]+)\}?/g, (_, name) => substitutions[name]))
}

function pairs(text) {
  return Object.fromEntries(text.split(',').map((pair) => pair.split('=')))
}

function joined(env, saidOf) {
  return env.flatMap((one) => (saidOf(one) ? [`${one.name}=${saidOf(one)}`] : [])).join(',')
}

function secretOf({ secretKeyRef: { name, key } }) {
  return `${name}:${key}`
}
