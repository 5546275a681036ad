import { Failure } from '../../bin/lib/failure.mjs'

// What gcloud and Google's servers say, and what it means for whoever deploys. The first that fits.
const problems = [
  [
    /spawn curl ENOENT/,
    'curl is not installed, and the app has to be visited once, so that the readers find its data.',
  ],
  [
    /ENOENT/,
    'gcloud is not installed: see https://cloud.google.com/sdk/docs/install, then run `gcloud auth login`.',
  ],
  [
    /active account selected|gcloud auth login|refreshing .*auth tokens|[Rr]eauthentication/,
    'gcloud is not logged in: run `gcloud auth login`.',
  ],
  [
    /unrecognized arguments|invalid choice/i,
    'This gcloud is too old: run `gcloud components update`.',
  ],
  [
    /billing account|BILLING_DISABLED|billing (must|to) be enabled/i,
    'The project has no billing account: link one at https://console.cloud.google.com/billing/linkedaccount.',
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
    /constraints\/|violates? .*organization polic/i,
    'A policy of your organization forbids it: ask whoever administers the organization.',
  ],
  [
    /on '?locations\/\S+ \(or it may not exist\)/,
    'There is no such region, or it is closed to you: `gcloud run regions list` has those of Cloud Run.',
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
export function failureOf(output, args, program = 'gcloud') {
  const [, meaning] = problems.find(([pattern]) => pattern.test(output)) ?? []
  const lines = output.split('\n').slice(-30).join('\n')
  const firstFlag = args.findIndex((arg) => arg.startsWith('--'))
  const name = [program, ...args.slice(0, firstFlag < 0 ? args.length : firstFlag)].join(' ')
  return new Failure([`${name} failed.`, meaning, lines].filter(Boolean).join('\n'))
}

/** Whether gcloud says that what was asked for isn't there. */
export function saysMissing(output) {
  return /NOT_FOUND|not found: 404|matched no objects|Cannot find (service|job)/.test(output)
}

/** Whether gcloud says that what was to be made is there already. */
export function saysThere(output) {
  return /ALREADY_EXISTS|already exists/.test(output)
}

// A new service account, its roles, and an API that has just been enabled are known everywhere only
// after a minute or two: https://cloud.google.com/iam/docs/access-change-propagation
const settling = [
  /Service account \S+ does not exist/,
  /iam\.serviceaccounts\.actAs.*may not exist/i,
  /storage\.objects\.get access/,
  /Permission denied on secret/,
  /SERVICE_DISABLED|has not been used in project/,
]

/** Whether a failure may go away by itself. */
export function isSettling(output) {
  return settling.some((pattern) => pattern.test(output))
}
