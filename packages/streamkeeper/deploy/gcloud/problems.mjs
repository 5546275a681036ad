import { Failure } from '../../src/cli/lib/failure.mjs'

/** The ways to a newer gcloud: one that a package manager has installed refuses the first. */
export const howToUpdate = `  gcloud components update
or, where a package manager has installed it:
  sudo apt-get update && sudo apt-get install --only-upgrade google-cloud-cli
or install it anew: https://cloud.google.com/sdk/docs/install`

// What gcloud and Google's servers say, and what it means for whoever deploys. The first that fits.
const problems = [
  [
    /^curl: not found/m,
    'curl is not installed, and the app has to be asked once, so that the readers find its data.',
  ],
  [
    /^gcloud: not found/m,
    'gcloud is not installed: see https://cloud.google.com/sdk/docs/install, then run `gcloud auth login`.',
  ],
  [
    /active account selected|gcloud auth login|refreshing .*auth tokens|[Rr]eauthentication/,
    'gcloud is not logged in: run `gcloud auth login`.',
  ],
  [/unrecognized arguments|invalid choice/i, `This gcloud is too old. Update it:\n${howToUpdate}`],
  [
    /billing account|BILLING_DISABLED|billing (must|to) be enabled/i,
    'The project has no open billing account: link one at https://console.cloud.google.com/billing/linkedaccount.',
  ],
  [
    /bucket name is not available|bucket namespace is shared/i,
    'That bucket belongs to somebody else, as all of Google Cloud shares the names: choose another with --bucket.',
  ],
  [
    /storage\.buckets\.get\b/,
    'The bucket is there, but you may not see it: it belongs to somebody else (choose another with --bucket), or an owner of its project has to give you roles/storage.admin.',
  ],
  [
    /log views|logging\.(logEntries|views|privateLogEntries)\b/i,
    'You may not read the log: an owner of the project has to give you roles/logging.viewer. Or there is no such project: check --project.',
  ],
  [
    // https://cloud.google.com/run/docs/authenticating/public
    /requireInvokerIam/i,
    'Your organization forbids services that everybody may read (run.managed.requireInvokerIam): give --no-public, or ask whoever administers the organization.',
  ],
  [
    // https://cloud.google.com/resource-manager/docs/organization-policy/restricting-domains
    /permitted customer|allowedPolicyMemberDomains/i,
    'Your organization lets only its own members have rights (iam.allowedPolicyMemberDomains): ask whoever administers the organization.',
  ],
  [
    /gcp\.resourceLocations/,
    'Your organization allows only some regions (constraints/gcp.resourceLocations): choose one of them with --region.',
  ],
  [
    /constraints\/|(violates?|violated|evaluation of).*org(anization)? polic/is,
    'A policy of your organization forbids it: ask whoever administers the organization.',
  ],
  [
    // https://cloud.google.com/build/docs/locations#restricted_regions_for_some_projects
    /cannot run builds in this region|no concurrent builds quota/i,
    'Cloud Build builds nothing in that region for this project: give --build-region with one that it keeps open to all (us-central1, us-west2, europe-west1, asia-east1, australia-southeast1, southamerica-east1), or build the image elsewhere and give --image.',
  ],
  [
    /on '?locations\/\S+ \(or it may not exist\)|provided region was invalid|location constraint is not valid/i,
    'There is no such region, or it is closed to you: `gcloud run regions list` has those of Cloud Run.',
  ],
  [
    // https://github.com/hashicorp/terraform-provider-google/issues/7001
    /"cloudscheduler\.jobs\.create".*may not exist|is not a valid location|Location must equal/i,
    'Cloud Scheduler takes no schedule in that region: give --schedule-region with another one, or --no-schedule. `gcloud scheduler locations list` has its regions.',
  ],
  [
    // https://cloud.google.com/run/docs/troubleshooting#container-failed-to-start
    /container failed to start|failed the configured startup probe/i,
    'The app did not start. Its log says why: `npx streamkeeper logs`, with the same --project, --region and --service. What has served until now still does.',
  ],
  [
    /permission to read the image|image \S+ not found|may not read the image/i,
    "Cloud Run can't read the image: check its name, and give roles/artifactregistry.reader on its repository to the account that is named below.",
  ],
  [
    /maxScale may not exceed/i,
    'The project may not have as many instances in that region: give a smaller --max-instances or --max-readers, or ask for more at https://cloud.google.com/run/quotas.',
  ],
  [
    /quota.*(exceeded|violated|reached)|RESOURCE_EXHAUSTED/i,
    'A quota of the project is used up: see https://console.cloud.google.com/iam-admin/quotas.',
  ],
  [
    /SERVICE_DISABLED|accessNotConfigured|has not been used in project/i,
    'An API of the project is not enabled, or was enabled only just now: run the same command again in some minutes.',
  ],
  [
    /PERMISSION_DENIED|permission|forbidden|\b403\b/i,
    "You may not do that in this project, or it doesn't exist: check --project and `gcloud config get account`, or ask an owner of the project.",
  ],
]

/**
 * The failure of a command in words: what it means, then what the command said.
 * @param {string} output of the command
 * @param {string[]} args of the command
 */
export function failureOf(output, args, program = 'gcloud', meaning = meaningOf(output)) {
  const lines = output.split('\n').slice(-30).join('\n')
  const firstFlag = args.findIndex((arg) => arg.startsWith('--'))
  const name = [program, ...args.slice(0, firstFlag < 0 ? args.length : firstFlag)].join(' ')
  return new Failure([`${name} failed.`, meaning, lines].filter(Boolean).join('\n'))
}

function meaningOf(output) {
  return problems.find(([pattern]) => pattern.test(output))?.[1]
}

/** Whether gcloud says that what was asked for isn't there. */
export function saysMissing(output) {
  return /NOT_FOUND|not found: 404|matched no objects|Cannot find (service|job)|(service|job) \[\S+\] could not be found|policy binding.* not found!/i.test(
    output,
  )
}

/** Whether gcloud says that what was to be made is there already. */
export function saysThere(output, args) {
  return args.includes('create') && /ALREADY_EXISTS|already exists|already own it/.test(output)
}

/**
 * Whether a change of the traffic has failed for a revision that is to get none of it. gcloud waits until
 * the newest one is ready too, which may never be; whether the traffic has moved only Cloud Run tells.
 */
export function saysOfAnotherRevision(output, args) {
  const [, name] = /Revision '(\S+)' is not ready and cannot serve traffic/.exec(output) ?? []
  return args.includes('update-traffic') && name !== undefined && !args.includes(`${name}=100`)
}

// What passes by itself, and what is said while it is waited for. A new service account, a role, and an
// API that has just been enabled are known everywhere after two minutes, or seven and more:
// https://cloud.google.com/iam/docs/access-change-propagation
const notKnownYet = 'Google does not know everywhere yet what was just made'
const transient = [
  [/service account \S+ (does not exist|(was )?not found)/i, notKnownYet],
  [/unknown service account/i, notKnownYet],
  [/iam\.serviceaccounts\.actas.*may not exist/i, notKnownYet],
  // Google's own accounts are made when their API is used for the first time. An image of another
  // project stays closed to them.
  [/service-\d+@(serverless-robot-prod|gcp-sa-[\w-]+)\.(?!.*image is from project)/is, notKnownYet],
  [/storage\.objects\.get access/i, notKnownYet],
  [/permission denied on secret|secretmanager\.versions\.access/i, notKnownYet],
  [/SERVICE_DISABLED|accessNotConfigured|has not been used in project/i, notKnownYet],
  [
    /concurrent policy changes|subject of a conflict|\bABORTED:|conflict for resource|pre-conditions you specified/i,
    'Something else has changed at the same moment',
  ],
  [
    /per ?(minute|second)|rateLimitExceeded|(HTTPError|code[:=]?) 429/i,
    'The project has made as many requests as it may in this minute',
  ],
  [/\bUNAVAILABLE\b|HTTPError 50[234]/i, 'Google does not answer'],
]

/**
 * @param {string} output of a command that has failed
 * @param {string[]} args of the command
 * @returns {string | null} why it may well do if tried again; null where that would change nothing
 */
export function whatPasses(output, args) {
  // The bucket, the secret or the job was there a moment ago, or was just made.
  if (args.some((arg) => /^add-iam-policy-binding$/.test(arg)) && saysMissing(output)) {
    return notKnownYet
  }
  return transient.find(([pattern]) => pattern.test(output))?.[1] ?? null
}
