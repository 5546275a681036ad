import { namesOf } from '../names.mjs'
import { answer, apply } from './apply.mjs'
import { readArguments, WrongArguments } from './arguments.mjs'
import { gcloud, line } from './command.mjs'
import { agree } from './confirm.mjs'
import { commandsFor, deployPlan, look } from './plan.mjs'
import { saysThere } from './problems.mjs'
import { Project } from './project.mjs'
import { describeService } from './steps/service.mjs'
import { stepsOf } from './steps.mjs'

const help = `Deploys the app to Cloud Run, with all that it needs: the bucket, the service accounts, the
admin token, the service, and a job that verifies the replica every day.

  npm run deploy -- --project PROJECT --region REGION --bucket BUCKET

  --project     the project's id
  --region      where it all runs, as in europe-west1
  --bucket      where the data is; made if there is none
  --service     the name of the service; visits unless given
  --path        below which the data is in the bucket; visits unless given
  --memory      512Mi to 4Gi; the database is in it. 512Mi unless given
  --allow-unauthenticated   everybody may read the pages; so it is unless told otherwise
  --no-public   only whoever has roles/run.invoker may
  --yes         don't ask
  --dry-run     run nothing, print the commands of a first deployment
  --json        print the result as JSON
  --help

It prints what it will do, asks, and does it. A second run makes nothing twice, and deploys a new
revision. Exit codes: 0 done, 1 failed, 2 wrong arguments.`

const known = {
  texts: ['project', 'region', 'bucket', 'service', 'path', 'memory'],
  switches: ['allowUnauthenticated', 'noPublic', 'yes', 'dryRun', 'json', 'help'],
}

/**
 * @param {string[]} args
 * @param {import('./apply.mjs').Means & {print: (text: string) => void,
 *   ask: import('./confirm.mjs').Ask}} means `print` is for the result alone
 * @throws {Failure}
 */
export async function deploy(args, means) {
  const options = readOptions(args)
  const { print, say, run } = means
  if (options.help) return print(help)
  const steps = stepsOf(options)
  if (options.dryRun) return print(inFull(steps, options))

  const looked = await look(steps, new Project(run), options.project)
  say(`In the project ${options.project}:\n${deployPlan(looked)}`)
  if (!options.yes) await agree('Go on?', means.ask)

  const things = looked
    .filter(({ state }) => state !== 'there')
    .map((step) => ({ title: step.title, commands: commandsFor(step) }))
  const done = await apply(things, saysThere, means)
  const url = await answer(describeService(options, 'value(status.url)'), run)
  print(options.json ? JSON.stringify({ url, done }) : inWords(url, options))
}

function readOptions(args) {
  const options = readArguments(args, known)
  if (options.allowUnauthenticated && options.noPublic) {
    throw new WrongArguments('--allow-unauthenticated and --no-public contradict each other.')
  }
  return { ...options, isPublic: !options.noPublic }
}

function inFull(steps, { json }) {
  const commands = steps.flatMap(({ make }) => make).map(line)
  return json ? JSON.stringify({ commands }) : commands.join('\n')
}

function inWords(url, options) {
  const { project, region } = options
  const { secret, verifyJob } = namesOf(options)
  const token = gcloud('secrets versions access latest', [], { secret, project })
  const verify = gcloud('run jobs execute', [verifyJob], { project, region, wait: true })
  return `
The app is at ${url}
  its admin token      ${line(token)}
  verify its replica   ${line(verify)}`
}
