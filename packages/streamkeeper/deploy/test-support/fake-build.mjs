import { parse } from 'yaml'

/**
 * What the fake gcloud does for those who build apart, or deploy by hand.
 * @param {object} project its state, the command's flags, and what fake-project.mjs looks up in it
 * @returns {Record<string, (...names: string[]) => unknown>}
 */
export function verbsByHand({ state, flags, fail, readHere, account, bucket, canBuild, canStart }) {
  return {
    'artifacts repositories describe': (name) => repository(`${flags.location}/${name}`),
    'artifacts repositories create': (name) => {
      state.repositories.push(`${flags.location}/${name}`)
    },
    'artifacts repositories set-cleanup-policies': (name) => {
      repository(`${flags.location}/${name}`)
      JSON.parse(readHere(flags.policy))
    },
    'builds submit': () => {
      const substitutions = { PROJECT_ID: flags.project, ...pairs(flags.substitutions) }
      const { images, serviceAccount, availableSecrets } = filled(
        readHere(flags.config),
        substitutions,
      )
      const [, name, version] = /secrets\/(.+)\/versions\/(.+)$/.exec(
        availableSecrets.secretManager[0].versionName,
      )
      canBuild(serviceAccount.split('/').at(-1), `${name}:${version}`)
      // One that isn't there would be made in the US.
      bucket(flags['gcs-source-staging-dir'].split('/').slice(0, 3).join('/'))
      for (const image of images) {
        const [, location, project, name] = /^(.+)-docker\.pkg\.dev\/(.+)\/(.+)\/.+:.+$/.exec(image)
        if (project !== flags.project) fail(`PERMISSION_DENIED: ${project}`)
        repository(`${location}/${name}`)
      }
      state.images.push(...images)
      for (const image of images) state.pushes[image] = (state.pushes[image] ?? 0) + 1
    },
    'builds describe': (id) => build(id),
    'builds log': (id) => build(id).log,
    'run services replace': (file) => {
      const { metadata, spec } = parse(readHere(file))
      const { serviceAccountName, containers } = spec.template.spec
      const [{ image, env }] = containers
      if (!state.images.includes(image)) fail(`Image '${image}' not found.`)
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
    if (!state.repositories.includes(name)) fail(`NOT_FOUND: Repository ${name} does not exist`)
    return { name }
  }

  function build(id) {
    const found = state.builds.find((one) => one.id === id)
    return found ?? fail('NOT_FOUND: Requested entity was not found.')
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
