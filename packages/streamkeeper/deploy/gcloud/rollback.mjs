import { Failure } from '../../src/cli/lib/failure.mjs'
import { namesOf } from '../settings.mjs'
import { apply, Unfinished } from './apply.mjs'
import { inFull } from './command.mjs'
import { agree } from './confirm.mjs'
import { saysOfAnotherRevision } from './problems.mjs'
import { Project } from './project.mjs'
import { mustAnswer } from './report.mjs'
import { refuseIncomplete, targetOf } from './rollback-target.mjs'
import { schemaNote } from './schema.mjs'
import { regionsWithReaders } from './steps/reader.mjs'
import {
  mayServe,
  mustFindTraffic,
  percentOf,
  revisionInWords,
  servingOf,
  sharesInWords,
  toLatest,
  toRevision,
  trafficOf,
} from './traffic.mjs'

/**
 * Sends all traffic to an older revision, that of the readers to theirs with the same image. Nothing is
 * built; the verify job and its schedule stay as they are.
 * @param {object} options the options of `deploy`
 */
export async function rollback(options, means) {
  const cloud = new Project(means.run)
  const writer = await mustFindTraffic(cloud, options)
  const target = targetOf(writer, options.rollback)
  await refuseIncomplete(cloud, writer, target, options)
  const way = { from: servingOf(writer), to: target }
  const notes = [
    await schemaNote(cloud, options, way, means.newestMigrationAt),
    ...olderSecrets(way),
    'Until --roll-forward, or a deployment with --to-latest, deployments are refused, as they would get no traffic.',
  ]
  const moves = [{ found: writer, target, options }]
  for (const other of await readersOf(cloud, options)) {
    const same = ofTheSame(target, other.found)
    if (same) moves.push({ ...other, target: same })
    else notes.push(withoutTheSame(other, target))
    notes.push(withAnotherToken(other, same ?? servingOf(other.found), target))
  }
  const goOn = `To go on from here: --rollback ${target.name}.`
  notes.push(...cloud.warnings)
  await move(moves, { notes, goOn, back: '--roll-forward' }, options, means)
}

/** Sends all traffic to the newest revision that is no preview, and to each later one. */
export async function rollForward(options, means) {
  const cloud = new Project(means.run)
  const found = await mustFindTraffic(cloud, options)
  const moves = [{ found, target: targetForward(found), options, isForward: true }]
  const notes = []
  for (const other of await readersOf(cloud, options)) {
    const target = newestOf(other.found)
    if (target) moves.push({ ...other, target, isForward: true })
    else notes.push(`${inPlace(other)} has never been ready, and stays as it is.`)
  }
  const goOn = 'To go on from here: --roll-forward.'
  notes.push(...cloud.warnings)
  await move(moves, { notes, goOn, back: '--rollback' }, options, means)
}

async function move(moves, { notes, goOn, back }, options, means) {
  const { say, print } = means
  const things = moves
    .map((one) => ({ title: titleOf(one), commands: commandsOf(one), goOn }))
    .filter(({ commands }) => commands.length > 0)
  const all = things.flatMap(({ commands }) => commands)
  if (options.dryRun) return print(inFull(all, options))
  const [{ found, target }] = moves
  if (things.length === 0) {
    return print(
      options.json
        ? JSON.stringify({ url: found.url, revision: target.name, percent: 100, done: [] })
        : `Nothing to do: ${target.name} has all the traffic of ${found.service}.`,
    )
  }
  say(`In the project ${options.project}:`)
  for (const { title } of things) say(`  change  ${title}`)
  for (const note of notes.filter(Boolean)) say(note)
  if (!options.yes) await agree('Go on?', means.ask)
  // The writer first: it is what users wait for, and each release's readers understand the other's.
  const done = await apply(things, saysOfAnotherRevision, means)

  const cloud = new Project(means.run)
  for (const one of moves) await mustHaveMoved(cloud, one, done, goOn)
  const after = await trafficOf(cloud, options)
  await mustAnswer(after, target.name, { ...options, isPublic: null }, done, means)
  print(
    options.json
      ? JSON.stringify({ url: after.url, revision: target.name, percent: 100, done })
      : `\n${target.name} has all the traffic, at ${after.url}\n  the way back: ${back}`,
  )
}

async function mustHaveMoved(cloud, { target, options }, done, goOn) {
  const found = await trafficOf(cloud, options)
  if (percentOf(found, target.name) === 100) return
  const place = inPlace({ found, options })
  throw new Unfinished(`Of the traffic of ${place}, ${sharesInWords(found)}. ${goOn}`, done)
}

function titleOf({ found, target, options }) {
  const to = `all of it to ${revisionInWords(target)}`
  return `the traffic of ${inPlace({ found, options })}, ${to}; now ${sharesInWords(found)}`
}

function commandsOf({ found, target, options, isForward }) {
  if (isForward && found.latest === target.name) {
    return found.followsLatest ? [] : [toLatest(options)]
  }
  const has = percentOf(found, target.name) === 100
  // Where it has it as the latest one, the next deployment would take it away.
  return has && (isForward || !found.followsLatest) ? [] : [toRevision(target.name, options)]
}

function newestOf({ revisions }) {
  return revisions.find(mayServe)
}

function targetForward(found) {
  const target = newestOf(found)
  if (target) return target
  throw new Failure(
    `No revision of ${found.service} has ever been ready, but for previews: deploy one.`,
  )
}

async function readersOf(cloud, options) {
  const { readers: service } = namesOf(options)
  const regions = await regionsWithReaders(cloud, options)
  return Promise.all(
    regions.map(async (region) => {
      const own = { ...options, region, service }
      return { found: await trafficOf(cloud, own), options: own }
    }),
  )
}

function olderSecrets({ from, to }) {
  return to.secrets.flatMap(({ variable, version }) => {
    const now = from?.secrets.find((one) => one.variable === variable)?.version
    if (now === undefined || now === version) return []
    const other =
      variable === 'DATABASE_URL'
        ? ' If it names another database, what was written since is not there.'
        : ''
    return [`${variable} is version ${version} of its secret again, instead of ${now}.${other}`]
  })
}

// A token may have been changed between two deployments of one image.
function ofTheSame(target, { revisions }) {
  const same = revisions.filter((one) => mayServe(one) && one.image === target.image)
  return same.find((one) => forwardTokenOf(one) === forwardTokenOf(target)) ?? same[0]
}

function forwardTokenOf({ secrets }) {
  return secrets.find(({ variable }) => variable === 'FORWARD_TOKEN')?.version
}

function withAnotherToken(other, reader, writer) {
  if (!reader || forwardTokenOf(reader) === forwardTokenOf(writer)) return null
  return `${inPlace(other)} shows another FORWARD_TOKEN than ${writer.name} knows, which counts all users there as one client: its limits are soon reached.`
}

function withoutTheSame(other, target) {
  return `${inPlace(other)} has no revision with the image of ${target.name}, and stays as it is: ${sharesInWords(other.found)}.`
}

function inPlace({ found, options }) {
  return `${found.service} in ${options.region}`
}
