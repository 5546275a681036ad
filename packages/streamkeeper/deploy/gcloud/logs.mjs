import { asksForHelp } from '../../src/cli/lib/arguments.mjs'
import { defaultsOf, namesOf } from '../settings.mjs'
import { readArguments } from './arguments.mjs'
import { gcloud, line } from './command.mjs'
import { lineOf } from './log-line.mjs'
import { failureOf } from './problems.mjs'

const help = `Shows the log of the app on Cloud Run: of the service, of its readers in all regions, and of the
job that verifies the replica.

  streamkeeper logs --project PROJECT --region REGION

  --project, --region, --service   as they were given to streamkeeper deploy
  --follow     go on with what is new, until Ctrl-C
  --since      how far back, as in 30m, 12h or 7d, or a time as in 2026-11-25T10:00:00Z; 24h unless
               given, and 1m with --follow
  --limit      at most so many of the newest lines to begin with; 200 unless given
  --errors     warnings and errors alone, Litestream's included
  --of         service, readers or verify; all of them unless given
  --json       each entry as JSON, as Cloud Logging has it
  --dry-run    run nothing, print the command
  --help

It needs roles/logging.viewer. What Litestream says while all is well is left out; requests stand there
once, as the app has logged them, and those that Google itself has refused.
Exit codes: 0 done, 1 failed, 2 wrong arguments.`

const known = {
  texts: ['project', 'region', 'service'],
  optional: ['since', 'limit', 'of'],
  switches: ['follow', 'errors', 'json', 'dryRun'],
}

// Reading is limited to 60 requests a minute: https://cloud.google.com/logging/quotas
const followMs = 3_000
// An entry may come later than others that were written after it.
const lateMs = 30_000

/**
 * @param {import('./apply.mjs').Means & {print: (text: string) => void, now: () => number,
 *   signal: AbortSignal}} means
 * @throws {Failure}
 */
export async function logs(args, means) {
  if (asksForHelp(args)) return means.print(help)
  const options = readArguments(args, known, defaultsOf(await means.app()))
  const since = startOf(options, means.now())
  if (options.dryRun) return means.print(line(reading(options, since)))
  if (options.follow) return follow(options, since, means)
  const entries = await read(options, since, means)
  for (const entry of entries) show(entry, options, means)
  if (entries.length === 0) means.say(nothingFound(options, since))
}

async function follow(options, since, means) {
  const { wait, signal, say } = means
  let from = since
  let limit = options.limit
  let seen = new Map()
  while (!signal.aborted) {
    try {
      for (const entry of await read({ ...options, limit }, from, means)) {
        const id = `${entry.logName} ${entry.timestamp} ${entry.insertId}`
        if (!seen.has(id)) show(entry, options, means)
        seen.set(id, Date.parse(entry.timestamp))
      }
    } catch (error) {
      if (signal.aborted) return
      // The first answer tells whether it can be read at all; later ones may meet a bad network.
      if (limit !== null) throw error
      say(error.message)
    }
    // From now on nothing may be left out.
    limit = null
    const newest = Math.max(Date.parse(from), ...seen.values())
    from = new Date(Math.max(Date.parse(since), newest - lateMs)).toISOString()
    seen = new Map([...seen].filter(([, at]) => at >= Date.parse(from)))
    await wait(followMs).catch(() => {})
  }
}

async function read(options, since, { run }) {
  const { args } = reading(options, since)
  const { ok, stdout, output } = await run([...args, '--format', 'json'])
  if (!ok) throw failureOf(output, args)
  // Asked for from the newest, so that the limit leaves out the oldest.
  return JSON.parse(stdout || '[]').reverse()
}

function reading(options, since) {
  const { project, limit = '200' } = options
  return gcloud('logging read', [logFilter(options, since, namesOf(options))], {
    project,
    ...(limit !== null && { limit }),
  })
}

function show(entry, { json }, { print }) {
  print(json ? JSON.stringify(entry) : lineOf(entry))
}

function startOf({ since, follow }, now) {
  if (since === undefined) return new Date(now - (follow ? 60_000 : 86_400_000)).toISOString()
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(since) ?? []
  if (!unit) return new Date(since).toISOString()
  const ms = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit]
  return new Date(now - Number(amount) * ms).toISOString()
}

function nothingFound({ service, region, project, errors }, since) {
  const what = errors ? 'No warnings or errors' : 'Nothing'
  return `${what} of ${service} in ${region} of the project ${project} since ${since}: give another --since, or check --region and --service. Google keeps the log for 30 days.`
}

// https://cloud.google.com/logging/docs/view/logging-query-language
function logFilter({ region, service, of, errors }, since, { readers, verifyJob }) {
  const sources = {
    service: `resource.type="cloud_run_revision" AND resource.labels.service_name="${service}" AND resource.labels.location="${region}"`,
    readers: `resource.type="cloud_run_revision" AND resource.labels.service_name="${readers}"`,
    verify: `resource.type="cloud_run_job" AND resource.labels.job_name="${verifyJob}" AND resource.labels.location="${region}"`,
  }
  const chosen = of === undefined ? Object.values(sources) : [sources[of]]
  return [
    `timestamp>="${since}"`,
    anyOf(chosen),
    // The app logs each request itself. Google alone logs those that never came to it, with a reason.
    'NOT (log_id("run.googleapis.com/requests") AND NOT textPayload:*)',
    'NOT (jsonPayload.msg:* AND jsonPayload.level="INFO")',
    // The server registers the database later, so that there is none yet is no error.
    'NOT jsonPayload.msg="no databases specified in configuration"',
    // Litestream can't name a severity: docs/monitoring.md.
    ...(errors ? [anyOf(['severity>=WARNING', 'jsonPayload.level=("WARN" OR "ERROR")'])] : []),
  ].join(' AND ')
}

function anyOf(clauses) {
  return `(${clauses.map((clause) => `(${clause})`).join(' OR ')})`
}
