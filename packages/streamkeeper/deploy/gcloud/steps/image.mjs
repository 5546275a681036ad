import { join, relative } from 'node:path'
import { root } from '../../../src/cli/lib/project.mjs'
import { namesOf, roles } from '../../settings.mjs'
import { Answer, gcloud } from '../command.mjs'
import { thereIf } from '../plan.mjs'
import { account, onProject, onSecret } from './access.mjs'
import { commitOf, pairs } from './flags.mjs'
import { newestVersion } from './secrets.mjs'

/** Where the image of a deployment is from, for people. */
export function originOf({ image, buildRegion }) {
  if (image) return `with the image ${image}`
  return `from the source in this folder${buildRegion ? `, built in ${buildRegion}` : ''}`
}

/** The image that a deployment brings. */
export function imageOf(options) {
  const { project, region, service, image } = options
  const tag = commitOf().COMMIT ?? 'latest'
  return image ?? `${region}-docker.pkg.dev/${project}/${service}/${service}:${tag}`
}

/**
 * Builds the image. `gcloud run deploy` can build too, but gives a Dockerfile no secret, and always builds
 * in the region of the service.
 * @returns {import('../command.mjs').Command[]} none where it is built already
 */
export function build(options) {
  const { project, region, buildRegion = region, service, image } = options
  if (image) return []
  const { COMMIT = '' } = commitOf()
  const { actionKey, sourcesUrl } = namesOf(options)
  const said = pairs({ _IMAGE: imageOf(options), _SERVICE: service, _COMMIT: COMMIT })
  return [
    gcloud('builds submit', ['.'], {
      project,
      region: buildRegion,
      config: fileHere('cloudbuild.yaml'),
      gcsSourceStagingDir: `${sourcesUrl}/source`,
      substitutions: new Answer(`${said},_KEY_VERSION=`, newestVersion(actionKey, project)),
    }),
  ]
}

/**
 * What builds need. The account comes first, as a role may take a minute to be known everywhere; Google's
 * default for builds may have no rights, or those of an editor on the whole project.
 */
export function builder(options) {
  if (options.image) return []
  const { accounts, actionKey } = namesOf(options)
  return [
    account(accounts.build, options),
    onProject(accounts.build, roles.build.project, options),
    onSecret(accounts.build, roles.build.secret, actionKey, options),
    imageRepository(options),
    sources(options),
  ]
}

function imageRepository({ project, region: location, service }) {
  const where = { project, location }
  const act = (verb, flags) =>
    gcloud(`artifacts repositories ${verb}`, [service], { ...where, ...flags })
  return {
    title: `the repository ${service} in ${location}, for images`,
    api: 'artifactregistry.googleapis.com',
    look: (cloud) => thereIf(cloud.find(act('describe'))),
    make: [
      act('create', { repositoryFormat: 'docker' }),
      act('set-cleanup-policies', { policy: fileHere('cleanup-policy.json'), dryRun: false }),
    ],
  }
}

// `gcloud builds submit` would make one in the US.
function sources(options) {
  const { project, region } = options
  const { sourcesUrl } = namesOf(options)
  return {
    title: `the bucket ${sourcesUrl} in ${region}, for the sources of builds`,
    api: 'storage.googleapis.com',
    look: (cloud) =>
      thereIf(cloud.find(gcloud('storage buckets describe', [sourcesUrl], { project }))),
    make: [
      gcloud('storage buckets create', [sourcesUrl], {
        project,
        location: region,
        uniformBucketLevelAccess: true,
        publicAccessPrevention: true,
        softDeleteDuration: 0,
      }),
      gcloud('storage buckets update', [sourcesUrl], {
        project,
        lifecycleFile: fileHere('sources-lifecycle.json'),
      }),
    ],
  }
}

// From the app's folder, where commands are run.
function fileHere(name) {
  return relative(root, join(import.meta.dirname, '../..', name))
}
