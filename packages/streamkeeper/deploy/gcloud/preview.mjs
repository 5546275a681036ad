import { Failure } from '../../src/cli/lib/failure.mjs'
import { apply } from './apply.mjs'
import { describeService, inFull } from './command.mjs'
import { agree } from './confirm.mjs'
import { deployPlan, look, thingsToDo } from './plan.mjs'
import { saysOfAnotherRevision, saysThere } from './problems.mjs'
import { Project } from './project.mjs'
import { mustAnswer } from './report.mjs'
import { originOf } from './steps/image.mjs'
import { deployCommands, refuseOtherData, warnOfMove } from './steps/service.mjs'
import { stepsOfImage } from './steps.mjs'
import { mustFindTraffic, sharesInWords, trafficOf, withoutTag } from './traffic.mjs'

/**
 * Deploys the source in this folder beside what everybody sees: with an address of its own and without
 * traffic. It shows a copy of the data and leads nothing. There are no readers of it and no verify job.
 * @param {object} given the options of `deploy`
 */
export async function preview(given, means) {
  const options = { ...given, readers: [] }
  const { preview: tag, project } = options
  const { say, print, run } = means
  const step = previewStep(options)
  if (options.dryRun) return print(inFull(step.make, options))

  const cloud = new Project(run)
  const before = await mustFindTraffic(cloud, options)
  refuseBesideNothing(before)
  refuseTagOfOthers(before, tag)
  const looked = await look([...stepsOfImage(options), step], cloud, project)
  say(`In the project ${project}:\n${deployPlan(looked.filter(({ state }) => state !== 'there'))}`)
  say(
    `Everybody else goes on where they are: of the traffic of ${options.service}, ${sharesInWords(before)}.`,
  )
  if (!options.yes) await agree('Go on?', means.ask)
  const done = await apply(thingsToDo(looked), saysThere, means).catch(async (error) => {
    await takeBackUnready(options, means)
    throw error
  })

  const after = await trafficOf(new Project(run), options)
  const { revision, url } = after.tags.find((one) => one.tag === tag)
  await mustAnswer({ ...after, url }, revision, { ...options, isPublic: null }, done, means)
  print(
    options.json
      ? JSON.stringify({ url, revision, percent: 0, done })
      : `\nThe preview ${tag} is at ${url} (${revision}).\nIt shows a copy of the data, and changes nothing. To take it away: --remove-preview ${tag}.`,
  )
}

/** Takes the address of a preview away. Its revision stays, without traffic, and costs nothing. */
export async function removePreview(options, means) {
  const { removePreview: tag, project, service } = options
  const { say, print, run } = means
  const removal = withoutTag(tag, options)
  if (options.dryRun) return print(inFull([removal], options))
  const found = await mustFindTraffic(new Project(run), options)
  const there = found.tags.find((one) => one.tag === tag)
  if (!there) {
    const tags = found.tags.map((one) => one.tag).join(', ') || 'none'
    throw new Failure(`${service} has no preview ${tag}. Those that there are: ${tags}.`)
  }
  const address = there.url ?? `the address of ${tag}`
  say(`In the project ${project}:\n  delete  ${address} (${there.revision})`)
  if (!options.yes) await agree('Go on?', means.ask)
  const title = `the address of the preview ${tag}`
  const done = await apply([{ title, commands: [removal] }], saysOfAnotherRevision, means)
  print(options.json ? JSON.stringify({ done }) : `\nGone: ${address}`)
}

// A service is ready only when each of its tagged revisions is: the next deployment would fail for it.
async function takeBackUnready(options, { run, say }) {
  const { preview: tag } = options
  const found = await trafficOf(new Project(run), options).catch(() => null)
  const tagged = found?.tags.find((one) => one.tag === tag)?.revision
  const isUnready = ({ name, isReady }) => name === tagged && !isReady
  if (!found?.revisions.some(isUnready)) return
  const removal = withoutTag(tag, options)
  const { ok, output } = await run(removal.args)
  if (ok || saysOfAnotherRevision(output, removal.args)) {
    return say(`The address of ${tag} is taken away again.`)
  }
  say(`The address of ${tag} is left, and stands in the way: --remove-preview ${tag}.`)
}

function previewStep(options) {
  const { preview: tag, service } = options
  return {
    title: `a preview, ${originOf(options)}: a revision of ${service} without traffic, with the tag ${tag}`,
    api: 'run.googleapis.com',
    look: async (cloud) => {
      refuseOtherData(await cloud.find(describeService(options)), options)
      const elsewhere = await warnOfMove(cloud, options)
      if (elsewhere) throw new Failure(elsewhere)
      return 'again'
    },
    make: deployCommands(options),
  }
}

// The traffic would be bound to the newest revision that was ever ready, and there is none.
function refuseBesideNothing({ service, revisions }) {
  if (revisions.some(({ isReady }) => isReady)) return
  throw new Failure(
    `No revision of ${service} has ever been ready, so there is nothing to stand beside: deploy it first, without --preview.`,
  )
}

// Whoever has noted that address would come to the preview.
function refuseTagOfOthers({ tags, revisions }, tag) {
  const { revision } = tags.find((one) => one.tag === tag) ?? {}
  const tagged = revisions.find(({ name }) => name === revision)
  if (!tagged || tagged.isPreview) return
  throw new Failure(
    `The tag ${tag} is that of ${revision}, which is no preview: choose another name.`,
  )
}
