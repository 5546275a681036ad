import { asksForHelp } from '../../src/cli/lib/arguments.mjs'
import { defaultsOf } from '../settings.mjs'
import { apply } from './apply.mjs'
import { contradictionsOfTeardown, readArguments } from './arguments.mjs'
import { line } from './command.mjs'
import { agree, agreeByTyping } from './confirm.mjs'
import { look } from './plan.mjs'
import { saysMissing } from './problems.mjs'
import { Project, requireGcloud } from './project.mjs'
import { stepsToRemove } from './steps.mjs'

const help = `Takes away what streamkeeper deploy made, and keeps the data.

  streamkeeper teardown --project PROJECT --region REGION --bucket BUCKET

  --project, --region, --bucket, --service, --readers, --database-url-secret, --schedule-region
                  as they were given to streamkeeper deploy
  --delete-data   delete the bucket too, with everything that is in it
  --yes           don't ask
  --dry-run       run nothing, print the commands for all that there may be
  --help

It prints what it will do, asks, and does it. With the data kept, streamkeeper deploy brings everything
back. Exit codes: 0 done, 1 failed, 2 wrong arguments.`

const known = {
  texts: ['project', 'region', 'service'],
  optional: ['bucket', 'readers', 'databaseUrlSecret', 'scheduleRegion'],
  switches: ['deleteData', 'yes', 'dryRun'],
  contradictions: contradictionsOfTeardown,
}

/** @throws {Failure} */
export async function teardown(args, means) {
  const { print, say, run } = means
  if (asksForHelp(args)) return print(help)
  const app = await means.app()
  const { readers, ...given } = readArguments(args, known, defaultsOf(app))
  const options = { ...given, app, readers: readers?.split(',') ?? [] }
  const steps = stepsToRemove(options)
  if (options.dryRun) return print(steps.flatMap(({ remove }) => remove.map(line)).join('\n'))

  const cloud = new Project(run)
  await requireGcloud(cloud)
  const looked = await look(steps, cloud, options.project)
  const there = looked.filter(({ state }) => !['missing', 'absent', 'not offered'].includes(state))
  const fate = fateInWords(options, there.find(({ holdsData }) => holdsData)?.note)
  say(planInWords(there, fate, options))
  for (const warning of cloud.warnings) say(warning)
  if (there.length === 0) return
  if (!options.yes) await consent(options, means.ask)
  const things = there.map((step) => ({ title: nameOf(step), commands: step.remove }))
  await apply(things, saysMissing, means)
  print(`\nGone. ${fate}`)
}

function planInWords(there, fate, options) {
  const { project, service } = options
  if (there.length === 0) return `There is nothing of ${service} in the project ${project}.`
  const lines = there.map((step) => `  delete  ${nameOf(step)}`)
  return `In the project ${project}:\n${lines.join('\n')}\n${fate}`
}

function nameOf({ title, removed = title }) {
  return removed
}

function fateInWords({ bucket, databaseUrlSecret, deleteData }, kept) {
  return [
    ...(bucket ? [fateOfBucket(bucket, deleteData, kept)] : []),
    ...(databaseUrlSecret ? [`The database and the secret ${databaseUrlSecret} stay.`] : []),
  ].join('\n')
}

function fateOfBucket(bucket, deleteData, kept) {
  if (!deleteData) return `The bucket gs://${bucket} and the data in it stay.`
  const goes = `The bucket gs://${bucket} goes with everything in it`
  return kept ? `${goes}; ${kept}.` : `${goes}, for good.`
}

async function consent({ bucket, deleteData }, ask) {
  if (!deleteData) return agree('Go on?', ask)
  return agreeByTyping(`Type ${bucket} to delete it with all its data:`, bucket, ask)
}
