import { roles } from '../settings.mjs'
import { gcloud, line } from './command.mjs'

/** Whether a command has failed because the build did that it has started. */
export function isBuildFailure(output) {
  return /build failed|build \S+ completed with status/i.test(output)
}

const mayNotYet = 'Google does not know everywhere yet what the build account may do'

// What the log of a build says, or its `failureInfo`:
// https://cloud.google.com/build/docs/api/reference/rest/v1/projects.builds#FailureType
const lacksRights =
  /PUSH_NOT_AUTHORIZED|LOGGING_FAILURE|FETCH_SOURCE_FAILED|permission to write logs|permission "artifactregistry|storage\.objects\.get access|secretmanager\.versions\.access/i
const pullLimit = /toomanyrequests|pull rate limit/i
// As Docker's older builder says it, and its newer one: `manifest for … not found: manifest unknown`,
// `…: failed to resolve source metadata for …: not found`.
const noLitestreamImage = /litestream\/litestream:\S*.*(?:not found|manifest unknown)/i

/**
 * Finds out why a build has failed. Of its log gcloud shows nothing, and says where it is on a terminal
 * alone.
 * @param {string[]} args of the command that has started the build
 * @param {string} output of that command
 * @param {string[][]} earlier the commands before it
 * @returns {Promise<{passes: string | null, meaning: string, details: string}>} `passes` as of
 *   `whatPasses`
 */
export async function whyBuildFailed(args, output, earlier, run) {
  const where = { project: flagOf(args, '--project'), region: flagOf(args, '--region') }
  const build = await findBuild(output, where, run)
  const readLog = gcloud('builds log', [build?.id ?? 'BUILD'], where)
  const { ok, stdout } = build ? await run(readLog.args) : { ok: false, stdout: '' }
  const end = ok ? stdout.split('\n').slice(-20) : []
  const facts = [build?.failureInfo?.type, build?.failureInfo?.detail, build?.statusDetail, ...end]
  const text = facts.filter(Boolean).join('\n')
  const isAboutRights = lacksRights.test(text) || (text === '' && wasJustAllowed(earlier))
  const pointers = [
    ...(build ? [] : [`Which build it was: ${line(gcloud('builds list', [], where))}`]),
    `All of its log: ${line(readLog)}`,
  ]
  return {
    passes: isAboutRights ? mayNotYet : null,
    meaning: meaningOf(text, isAboutRights),
    details: [output, text, ...pointers].filter(Boolean).join('\n'),
  }
}

function meaningOf(text, isAboutRights) {
  if (pullLimit.test(text)) {
    return "Docker Hub lets few images be pulled in an hour by those who are not logged in, and Google's builds share its limit: run the same command again later, or build the image elsewhere and give --image."
  }
  if (noLitestreamImage.test(text)) {
    return 'Docker Hub has no image of this version of Litestream: write `ARG LITESTREAM=library/golang:1.26` in the Dockerfile, and run the same command again. Then Go builds it, which takes some minutes more.'
  }
  if (isAboutRights) {
    return `The build account may not do its work, though it has ${roles.build.project}: run the same command again in some minutes.`
  }
  return 'The image could not be built. What its log ends with is below.'
}

function wasJustAllowed(earlier) {
  return earlier.some((args) => args.includes(roles.build.project))
}

async function findBuild(output, where, run) {
  const [, id] = /builds?[/ ]([0-9a-f-]{36})/.exec(output) ?? []
  if (!id) return null
  const { ok, stdout } = await run([
    ...gcloud('builds describe', [id], where).args,
    ...['--format', 'json'],
  ])
  return ok ? JSON.parse(stdout || 'null') : null
}

function flagOf(args, flag) {
  return args[args.indexOf(flag) + 1]
}
