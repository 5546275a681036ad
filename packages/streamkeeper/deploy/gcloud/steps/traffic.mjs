import { Failure } from '../../../src/cli/lib/failure.mjs'
import { isHeldBack, mayServe, servingOf, sharesInWords, toLatest, trafficOf } from '../traffic.mjs'

/**
 * That a new revision of a service gets all its traffic: there is one writer, and never a split.
 */
export function traffic(options) {
  const { region, service } = options
  return {
    title: `the traffic of ${service} in ${region}: all of it goes to the newest revision`,
    api: 'run.googleapis.com',
    look: async (cloud) => {
      const found = await trafficOf(cloud, options)
      if (!found) return 'absent'
      refuseUnreadyTags(found)
      if (found.followsLatest) return 'there'
      if (isHeldBack(found) && !options.toLatest) throw heldBack(found)
      return 'differs'
    },
    note: (cloud) => noteOf(cloud, options),
    make: [],
    change: [toLatest(options)],
    goOn: 'Give it --to-latest too, and it goes on from here.',
  }
}

// Whoever has bound it may have meant something by it.
async function noteOf(cloud, options) {
  const found = await trafficOf(cloud, options)
  if (!found || found.followsLatest) return null
  const newer = found.revisions.slice(0, found.revisions.indexOf(servingOf(found)))
  const previews = newer.filter(({ isPreview }) => isPreview).length > 0
  const why = previews && !isHeldBack(found) ? ', as there was a preview' : ''
  return `it is bound until now${why}: ${sharesInWords(found)}`
}

// A service is ready only when each of its tagged revisions is: gcloud would call the new one failed.
function refuseUnreadyTags({ tags, revisions }) {
  const isReady = (revision) => revisions.find(({ name }) => name === revision)?.isReady
  const unready = tags.find(({ revision }) => isReady(revision) === false)
  if (!unready) return
  const { tag, revision } = unready
  throw new Failure(
    `The tag ${tag} is that of ${revision}, which is not ready, so the new revision would count as failed too. Take it away, and deploy then: --remove-preview ${tag}.`,
  )
}

function heldBack(found) {
  const { service, revisions } = found
  const serving = servingOf(found)
  const newest = revisions.find(mayServe)
  const why = serving ? `, and ${newest.name}, which is newer, has none` : ''
  return new Failure(
    [
      `A new revision would get no traffic: that of ${service} is held back. Now ${sharesInWords(found)}${why}.`,
      'To deploy, and send all traffic to the new revision: the same command with --to-latest.',
      ...(serving ? ['To go back to the newest one, without a deployment: --roll-forward.'] : []),
    ].join('\n'),
  )
}
