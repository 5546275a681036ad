import { saysMissing } from './problems.mjs'

// What passes by itself, and what is said while it is waited for. A new service account, a role, and an
// API that has just been enabled are known everywhere after two minutes, or seven and more:
// https://cloud.google.com/iam/docs/access-change-propagation
const notKnownYet = 'Google does not know everywhere yet what was just made'
const passing = [
  [/service account \S+ (does not exist|(was )?not found)/i, notKnownYet],
  [/unknown service account/i, notKnownYet],
  [/iam\.serviceaccounts\.actas.*may not exist/i, notKnownYet],
  // Google's own accounts are made when their API is used for the first time. An image of another
  // project stays closed to them.
  [/service-\d+@(serverless-robot-prod|gcp-sa-[\w-]+)\.(?!.*image is from project)/is, notKnownYet],
  [/storage\.objects\.get access/i, notKnownYet],
  [/permission denied on secret/i, notKnownYet],
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
  return passing.find(([pattern]) => pattern.test(output))?.[1] ?? null
}
