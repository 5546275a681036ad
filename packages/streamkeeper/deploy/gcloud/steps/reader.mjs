import { Failure } from '../../../src/cli/lib/failure.mjs'
import { namesOf, readers as settings } from '../../settings.mjs'
import { Answer, askFor, describeService, gcloud, line } from '../command.mjs'
import { refuseUnknownRegion } from '../project.mjs'
import { pairs, serviceFlags, variablesOfAll } from './flags.mjs'

/**
 * The readers in one region: the image of the service, deployed anew with each of its revisions.
 */
export function reader(region, options) {
  const { readers: name } = namesOf(options)
  return {
    title: `the service ${name} in ${region}, with the image of that revision`,
    removed: `the service ${name} in ${region}`,
    api: 'run.googleapis.com',
    look: async (cloud) => {
      await refuseUnknownRegion(cloud, region, '--readers', options)
      return (await regionsWithReaders(cloud, options)).includes(region) ? 'again' : 'missing'
    },
    make: [deployReader(region, options)],
    remove: [removeReader(region, options)],
  }
}

/** @returns {import('../command.mjs').Command} */
export function describeReader(region, options, format) {
  return describeService({ ...options, region, service: namesOf(options).readers }, format)
}

/**
 * Readers that stay behind would be of an older release, and the writer would no longer believe them.
 * @throws {Failure} where there are some in a region that isn't named
 */
export async function refuseLeftReaders(cloud, options) {
  const all = await regionsWithReaders(cloud, options)
  const left = all.filter((region) => !options.readers.includes(region))
  if (left.length === 0) return
  const { readers: name } = namesOf(options)
  const removal = left.map((region) => `\n  ${line(removeReader(region, options))}`).join('')
  const remedy = options.bucket
    ? `give --readers ${[...options.readers, ...left].join(',')}, or take it away first:`
    : 'it copies a bucket, so take it away first:'
  throw new Failure(`The service ${name} runs in ${left.join(' and ')}: ${remedy}${removal}`)
}

/** Where there are readers, whether named or not. */
export async function regionsWithReaders(cloud, options) {
  const filter = `metadata.name=${namesOf(options).readers}`
  const list = gcloud('run services list', [], { project: options.project, filter })
  const found = (await cloud.find(list)) ?? []
  return found.map(({ metadata }) => metadata.labels['cloud.googleapis.com/location'])
}

function removeReader(region, options) {
  const { project } = options
  return gcloud('run services delete', [namesOf(options).readers], { project, region })
}

function deployReader(region, options) {
  const { project } = options
  const { accounts, forwardSecret, readers: name, replicaUrl } = namesOf(options)
  const ofWriter = (field) => describeService(options, `value(${field})`)
  const variables = pairs({
    ROLE: 'reader',
    REPLICA_URL: replicaUrl,
    ...variablesOfAll(options),
  })
  return gcloud('run deploy', [name], {
    project,
    region,
    // The same one, as a page may name files of its own build.
    image: new Answer(ofWriter('spec.template.spec.containers[0].image')),
    ...serviceFlags(settings, {
      ...options,
      account: accounts.readers,
      minInstances: options.minReaders ?? settings.minInstances,
      maxInstances: options.maxReaders ?? settings.maxInstances,
      env: new Answer(`${variables},WRITER_URL=`, ofWriter('status.url')),
      secrets: { FORWARD_TOKEN: forwardSecret },
    }),
  })
}

/**
 * A request to the new revision. What a release changes in the schema is in the bucket only once it has
 * written something, and readers of this release wait for that.
 */
export function firstWrite(options) {
  return {
    title: 'what that revision changes in the schema, by a request to it',
    api: 'run.googleapis.com',
    look: async () => 'missing',
    make: [askFor(new Answer(describeService(options, 'value(status.url)')))],
  }
}
