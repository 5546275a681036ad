import { disk, emailOf, namesOf, service, verify } from '../../settings.mjs'
import { Answer, describeService, gcloud, line } from '../command.mjs'
import { diskFlags } from './flags.mjs'

/**
 * The job that checks the replica: the image of the service, deployed anew with each of its revisions.
 */
export function verifyJob(options) {
  const { project, region } = options
  const { verifyJob: name } = namesOf(options)
  return {
    title: `the job ${name}, with the image of that revision`,
    removed: `the job ${name}`,
    api: 'run.googleapis.com',
    look: async (cloud) =>
      (await cloud.find(gcloud('run jobs describe', [name], { project, region })))
        ? 'again'
        : 'missing',
    make: [deployJob(options)],
    remove: [gcloud('run jobs delete', [name], { project, region })],
  }
}

function deployJob(options) {
  const { project, region, memory, isPublic } = options
  const { accounts, replicaUrl, verifyJob: name } = namesOf(options)
  const ofService = (field) => describeService(options, `value(${field})`)
  const variables = `REPLICA_URL=${replicaUrl}`
  return gcloud('run jobs deploy', [name], {
    project,
    region,
    image: new Answer(ofService('spec.template.spec.containers[0].image')),
    command: verify.command,
    args: verify.args.join(','),
    serviceAccount: emailOf(accounts.verify, project),
    cpu: service.cpu,
    memory,
    ...diskFlags(options.disk, disk.verifyPath),
    maxRetries: verify.maxRetries,
    taskTimeout: `${verify.timeoutSeconds}s`,
    // The job has no right to ask a service that isn't public.
    setEnvVars: isPublic
      ? new Answer(`${variables},VERIFY_APP=`, ofService('status.url'))
      : variables,
  })
}

/** What runs the verify job once a day. */
export function schedule(options) {
  const { project, region, scheduleRegion: location = region } = options
  const { accounts, verifyJob: name, verifyUrl } = namesOf(options)
  const email = emailOf(accounts.schedule, project)
  const where = { project, location }
  const flags = {
    ...where,
    schedule: verify.schedule,
    timeZone: verify.timeZone,
    uri: verifyUrl,
    httpMethod: 'post',
    oauthServiceAccountEmail: email,
  }
  return {
    title: `the schedule ${name} in ${location}: daily at 05:17 UTC`,
    api: 'cloudscheduler.googleapis.com',
    region: {
      isOffered: (cloud) => isOffered(cloud, where),
      otherwise: `Cloud Scheduler is not in ${location}, so nothing starts the job ${name} by itself: give --schedule-region with another region (\`${line(locations(project))}\` has them), or --no-schedule.`,
    },
    look: async (cloud) => {
      const found = await cloud.find(gcloud('scheduler jobs describe', [name], where))
      if (!found) return 'missing'
      const isRight =
        found.schedule === verify.schedule &&
        found.timeZone === verify.timeZone &&
        found.httpTarget?.uri === verifyUrl &&
        found.httpTarget?.oauthToken?.serviceAccountEmail === email
      return isRight ? 'there' : 'differs'
    },
    make: [gcloud('scheduler jobs create http', [name], flags)],
    change: [gcloud('scheduler jobs update http', [name], flags)],
    remove: [gcloud('scheduler jobs delete', [name], where)],
  }
}

function locations(project) {
  return gcloud('scheduler locations list', [], { project })
}

// Whoever deploys may have no right to ask.
async function isOffered(cloud, { project, location }) {
  const found = await cloud.find(locations(project)).catch(() => null)
  return !found || found.some(({ locationId }) => locationId === location)
}
