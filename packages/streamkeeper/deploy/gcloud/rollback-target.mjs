import { Failure } from '../../src/cli/lib/failure.mjs'
import { gcloud, line } from './command.mjs'
import { mayServe, revisionInWords, servingOf } from './traffic.mjs'

/**
 * The revision to send all traffic to.
 * @param {string} wanted its name; empty for the one that had the traffic before
 * @throws {Failure} where there is none, or where it can't serve
 */
export function targetOf(found, wanted) {
  return wanted ? named(found, wanted) : theOneBefore(found)
}

/**
 * What an older revision needs, and may have lost since it served.
 * @throws {Failure}
 */
export async function refuseIncomplete(cloud, found, target, { project }) {
  refuseOtherData(found, target)
  await refuseLostImage(cloud, target, project)
  for (const secret of target.secrets) await refuseLostSecret(cloud, secret, target, project)
}

function named({ service, revisions }, wanted) {
  const target = revisions.find(({ name }) => name === wanted)
  if (!target) {
    throw new Failure(
      `${service} has no revision ${wanted}, or it was deleted. ${listOf(revisions)}`,
    )
  }
  if (target.isPreview) {
    throw new Failure(
      `${wanted} is a preview: it could write nothing. Deploy that source without --preview. ${listOf(revisions)}`,
    )
  }
  if (!target.isReady) {
    throw new Failure(
      `${wanted} has never been ready${target.whyNot ? ` (${target.whyNot})` : ''}. ${listOf(revisions)}`,
    )
  }
  return target
}

function theOneBefore(found) {
  const { service, revisions } = found
  const serving = servingOf(found)
  if (found.shares.length === 0) throw new Failure(`No revision of ${service} has ever served.`)
  if (!serving) {
    throw new Failure(
      `The traffic of ${service} is split, so it is not known which one to go back from: name it, as in --rollback ${revisions.at(-1).name}. ${listOf(revisions)}`,
    )
  }
  const target = revisions.slice(revisions.indexOf(serving) + 1).find(mayServe)
  if (target) return target
  throw new Failure(
    `There is nothing to go back to: ${serving.name} has the traffic of ${service}, and no older revision could serve. ${listOf(revisions)}`,
  )
}

function listOf(revisions) {
  const able = revisions.filter(mayServe).slice(0, 10).map(revisionInWords)
  return `Those that could serve:\n  ${able.join('\n  ') || 'none'}`
}

// What was written since is not where it looks, and it would go on writing there: two histories.
function refuseOtherData(found, target) {
  const [{ revision } = {}] = found.shares
  const now = found.revisions.find(({ name }) => name === revision)?.keeper
  if (!now || !target.keeper || now === target.keeper) return
  throw new Failure(
    `${target.name} has its data in ${inWords(target.keeper)}, and ${revision} in ${inWords(now)}: what was written since isn't there. Bring the data back with npx streamkeeper move, and deploy.`,
  )
}

function inWords(keeper) {
  return keeper.includes('://') ? keeper : `the database of the secret ${keeper}`
}

// Cloud Run keeps its own copy of an image only "while a serving revision uses it":
// https://docs.cloud.google.com/run/docs/deploying
async function refuseLostImage(cloud, { name, image, commit }, project) {
  if (!image.includes('-docker.pkg.dev/')) return
  const found = await asked(cloud, gcloud('artifacts docker images describe', [image], { project }))
  if (found !== null) return
  throw new Failure(
    `The image of ${name} was deleted from Artifact Registry (${image}), so it could not start. Deploy its sources again${commit ? `: commit ${commit}` : ''}.`,
  )
}

async function refuseLostSecret(cloud, { variable, name, version }, target, project) {
  if (version === 'latest') return
  const described = gcloud('secrets versions describe', [version], { secret: name, project })
  const found = await asked(cloud, described)
  if (found === undefined || found?.state === 'ENABLED') return
  const enable = line(gcloud('secrets versions enable', [version], { secret: name, project }))
  throw new Failure(
    found?.state === 'DISABLED'
      ? `${target.name} takes ${variable} from version ${version} of the secret ${name}, which is disabled, so it could not start:\n  ${enable}`
      : `${target.name} takes ${variable} from version ${version} of the secret ${name}, which is destroyed, so it could not start. Deploy its sources again.`,
  )
}

// Whoever may deploy may have no right to ask this, and then nothing is known: undefined.
async function asked(cloud, command) {
  try {
    return await cloud.find(command)
  } catch ({ message }) {
    // googlecloudsdk/command_lib/artifacts/docker_util.py
    return /Image not found/.test(message) ? null : undefined
  }
}
