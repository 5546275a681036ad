import { asksForHelp } from '../../src/cli/lib/arguments.mjs'
import { serviceYaml } from '../service-yaml.mjs'
import { defaultsOf, namesOf } from '../settings.mjs'
import { apply } from './apply.mjs'
import { contradictionsOfDeploy, readArguments } from './arguments.mjs'
import { gcloud, inFull, line } from './command.mjs'
import { agree } from './confirm.mjs'
import { deployPlan, look, thingsToDo } from './plan.mjs'
import { preview, removePreview } from './preview.mjs'
import { saysThere } from './problems.mjs'
import { Project, requireGcloud } from './project.mjs'
import { outcomeOf, proxy } from './report.mjs'
import { rollback, rollForward } from './rollback.mjs'
import { refuseBreakingMigration } from './schema.mjs'
import { warnOfMove } from './steps/service.mjs'
import { stepsOf } from './steps.mjs'

const help = `Deploys the app to Cloud Run, with all that it needs: the bucket, the service accounts, the
admin token, the service, and a job that verifies the replica every day.

  streamkeeper deploy --project PROJECT --region REGION --bucket BUCKET
  streamkeeper deploy … --bucket BUCKET --readers REGION,REGION [--max-readers N]
  streamkeeper deploy … --database-url-secret SECRET [--cloud-sql INSTANCE]

  --project     the project's id
  --region      where it all runs, as in europe-west1
  --bucket      where the data is; made if there is none
  --service     the name of the service; the app's own unless given
  --path        below which the data is in the bucket; the app's name unless given
  --memory      512Mi to 4Gi; the database is in it. 512Mi unless given
  --disk        10Gi or more: a disk for the data, which is then not in the memory
  --concurrency how many requests an instance takes at once, 1 to 1000; 250 unless given
  --min         how many instances there are while nobody asks; 0 unless given
  --allow-unauthenticated   everybody may read the pages; so it is unless told otherwise
  --no-public   only whoever has roles/run.invoker may
  --public-url  where people find the app, if not at the address that Cloud Run gives it, as in
                https://app.example; several with commas between
  --trusted-proxies   how many proxies there are before it, Google's own included; 1 unless given, and
                2 behind a load balancer
  --no-rate-limits   count no requests: a load balancer of yours does
  --env         a variable of the app, as in DELETE_HIDDEN_AFTER_DAYS=30; several with commas between
  --schedule-region   where Cloud Scheduler starts the daily check; --region unless given, but it is not
                in all regions
  --no-schedule   nothing starts the daily check
  --build-region   where the image is built; --region unless given, but some projects may build in few
  --image       deploy this image of the app, and build none
  --allow-breaking-migration   the release may drop and rename what the one that runs may read
  --to-latest   send all traffic to the new revision, where it is held back from it
  --yes         don't ask
  --dry-run     run nothing, print the commands of a first deployment
  --print yaml  run nothing, print the service as YAML, with the commands before and after it
  --json        print the result as JSON
  --help

Without a deployment:
  --rollback [REVISION]   send all traffic to that revision, or to the one before
  --roll-forward   send it to the newest one again, and to each later one
Beside what everybody sees:
  --preview NAME   a revision with an address of its own, which leads nothing
  --remove-preview NAME   take that address away

With instances that only read, near those who ask:
  --readers     the regions where they are, with commas between
  --max-readers how many there may be in each; 10 unless given
  --min-readers how many there are in each while nobody asks; 0 unless given

With the data on a PostgreSQL server, and not in the bucket:
  --database-url-secret   the secret in Secret Manager that has its URL; you make it
  --cloud-sql   the connection name of the Cloud SQL instance, for its socket
  --subnet      the subnet with the server, where it has a private address
  --max-instances   how many instances of the app there may be; 10 unless given

It prints what it will do, asks, and does it. A second run makes nothing twice, and deploys a new
revision. Exit codes: 0 done, 1 failed, 2 wrong arguments.`

const known = {
  texts: ['project', 'region', 'service', 'path', 'memory'],
  optional: [
    ...['bucket', 'readers', 'maxReaders', 'minReaders', 'databaseUrlSecret', 'cloudSql', 'subnet'],
    ...['min', 'maxInstances', 'concurrency', 'disk', 'publicUrl', 'trustedProxies', 'env'],
    ...['scheduleRegion', 'buildRegion', 'image', 'rollback', 'preview', 'removePreview', 'print'],
  ],
  switches: [
    ...['allowUnauthenticated', 'noPublic', 'noRateLimits', 'allowBreakingMigration', 'noSchedule'],
    ...['toLatest', 'rollForward', 'yes', 'dryRun', 'json'],
  ],
  contradictions: contradictionsOfDeploy,
}

// What is no deployment, but done by the same command.
const modes = { rollback, rollForward, preview, removePreview }

/**
 * @param {import('./apply.mjs').Means & {print: (text: string) => void,
 *   app: () => Promise<import('./schema.mjs').App>,
 *   ask: import('./confirm.mjs').Ask,
 *   findBreaking: typeof import('./schema.mjs').findBreakingHere,
 *   get: import('./report.mjs').Get,
 *   newestMigrationAt: typeof import('./schema.mjs').newestMigrationAt}} means `print` is for the result alone
 * @throws {Failure}
 */
export async function deploy(args, means) {
  const { print, say, run } = means
  if (asksForHelp(args)) return print(help)
  const options = readOptions(args, await means.app())
  const mode = Object.keys(modes).find((name) => ![undefined, false].includes(options[name]))
  if (mode) return modes[mode](options, means)
  const steps = stepsOf(options)
  const commands = steps.flatMap(({ make }) => make)
  if (options.dryRun) return print(inFull(commands, options))

  const cloud = new Project(run)
  if (options.print) return print(await serviceYaml(args, options, cloud))
  await requireGcloud(cloud, options)
  const looked = await look(steps, cloud, options.project)
  say(`In the project ${options.project}:\n${deployPlan(looked)}`)
  const isThere = looked.some(({ state }) => state === 'again')
  if (isThere) await refuseBreakingMigration(cloud, options, means.findBreaking)
  const warning = isThere && (await warnOfMove(cloud, options))
  for (const text of [warning, ...cloud.warnings]) if (text) say(text)
  if (!options.yes) await agree('Go on?', means.ask)

  const done = await apply(thingsToDo(looked), saysThere, means)
  const { outcome, tokenVersion } = await outcomeOf(options, done, means)
  print(
    options.json
      ? JSON.stringify({ ...outcome, done })
      : inWords({ ...outcome, tokenVersion }, options),
  )
}

function readOptions(args, app) {
  const { readers, noPublic, ...options } = readArguments(args, known, defaultsOf(app))
  return { ...options, app, readers: readers?.split(',') ?? [], isPublic: !noPublic }
}

function inWords({ url, revision, tokenVersion = 'latest', readers = {} }, options) {
  const { project, region, databaseUrlSecret, isPublic } = options
  const { secret, verifyJob } = namesOf(options)
  // Not the latest, which may be disabled, or newer than what the revision has.
  const token = gcloud('secrets versions access', [tokenVersion], { secret, project })
  const verify = gcloud('run jobs execute', [verifyJob], { project, region, wait: true })
  return [
    `\nThe app is at ${url}`,
    `  all its traffic      goes to ${revision}`,
    ...(isPublic ? [] : [`  seen from here by    ${proxy(options)}`]),
    ...Object.entries(readers).map(([region, url]) => `  readers in ${region} at ${url}`),
    `  its admin token      ${line(token)}`,
    ...(databaseUrlSecret ? [] : [`  verify its replica   ${line(verify)}`]),
  ].join('\n')
}
