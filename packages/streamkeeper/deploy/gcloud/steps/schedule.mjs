import { emailOf, namesOf } from '../../names.mjs'
import { verify } from '../../settings.mjs'
import { gcloud, line } from '../command.mjs'

/**
 * What runs the verify job once a day.
 * @returns {import('./step.mjs').Step}
 */
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
