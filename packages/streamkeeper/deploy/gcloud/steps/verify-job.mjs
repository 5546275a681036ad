import { emailOf, namesOf } from '../../names.mjs'
import { disk, service, verify } from '../../settings.mjs'
import { Answer, gcloud } from '../command.mjs'
import { describeService } from './describe-service.mjs'
import { diskFlags } from './disk.mjs'

/**
 * The job that checks the replica: the image of the service, deployed anew with each of its revisions.
 * @returns {import('./step.mjs').Step}
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
