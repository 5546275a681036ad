import { emailOf, namesOf } from '../../settings.mjs'
import { gcloud } from '../command.mjs'
import { thereIf } from '../plan.mjs'
import { commitOf, pairs } from './flags.mjs'

// The one that `gcloud run deploy` makes for what it builds.
const repository = 'cloud-run-source-deploy'

/** Where the image of a deployment is from, for people. */
export function originOf({ image, buildRegion }) {
  if (image) return `with the image ${image}`
  return `from the source in this folder${buildRegion ? `, built in ${buildRegion}` : ''}`
}

/**
 * Builds the image where `gcloud run deploy` can't: it always builds in the region of the service.
 * @returns {import('../command.mjs').Command[]} none where there is no need
 */
export function buildElsewhere(options) {
  const { project, buildRegion, service } = options
  if (!buildRegion) return []
  const { COMMIT = '' } = commitOf()
  const build = gcloud('builds submit', ['.'], {
    project,
    region: buildRegion,
    config: 'packages/streamkeeper/deploy/cloudbuild.yaml',
    gcsSourceStagingDir: `${namesOf(options).sourcesUrl}/source`,
    substitutions: pairs({ _IMAGE: builtImage(options), _SERVICE: service, _COMMIT: COMMIT }),
  })
  return [build]
}

/** The flags by which `gcloud run deploy` finds the image, or builds it. */
export function imageFlags(options) {
  const { project, image, buildRegion } = options
  if (image) return { image }
  if (buildRegion) return { image: builtImage(options) }
  const account = emailOf(namesOf(options).accounts.build, project)
  return { source: '.', buildServiceAccount: `projects/${project}/serviceAccounts/${account}` }
}

/** What a build elsewhere needs, which `gcloud run deploy` makes itself for its own. */
export function stepsOfBuildElsewhere(options) {
  return options.buildRegion ? [imageRepository(options), sources(options)] : []
}

function builtImage(options) {
  const { project, region, service } = options
  const tag = commitOf().COMMIT ?? 'latest'
  return `${region}-docker.pkg.dev/${project}/${repository}/${service}:${tag}`
}

function imageRepository({ project, region: location }) {
  const where = { project, location }
  return {
    title: `the repository ${repository} in ${location}, for images`,
    api: 'artifactregistry.googleapis.com',
    look: (cloud) =>
      thereIf(cloud.find(gcloud('artifacts repositories describe', [repository], where))),
    make: [
      gcloud('artifacts repositories create', [repository], {
        ...where,
        repositoryFormat: 'docker',
      }),
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
    ],
  }
}
