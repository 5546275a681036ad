// The revisions of a service in the fake project, and who has its traffic, as gcloud changes them:
// googlecloudsdk/api_lib/run/traffic.py and command_lib/run/config_changes.py of gcloud 528.

/** As Cloud Run numbers them. */
export function revisionName(service, number) {
  return `${service}-${String(number).padStart(5, '0')}-abc`
}

/**
 * A service with one more revision.
 * @param {object | undefined} before the service until now
 * @param {{name: string, image: string, flags: Record<string, string | true>}} deployed
 * @param {{noTraffic: boolean, tag?: string, isReady?: boolean, reason?: string, fail: (message: string) => never}} how
 */
export function withRevision(
  before,
  { name, image, flags },
  { noTraffic, tag, isReady = true, reason, fail },
) {
  if (!before && noTraffic) fail('--no-traffic not supported when creating a new service.')
  if (tag && tag.length + name.length > 46) {
    fail(
      `spec.traffic.tag: traffic tag '${tag}' and service name '${name}' together are too long. Combined traffic tag and service name cannot exceed 46 characters.`,
    )
  }
  const revision = (before?.revision ?? 0) + 1
  const latest = before && latestReady(before)
  const made = revisionName(name, revision)
  const pinned = (target) =>
    target.latest ? { revision: latest, percent: target.percent } : target
  const traffic = before?.traffic ?? [{ latest: true, percent: 100 }]
  const others = (noTraffic ? traffic.map(pinned) : traffic).filter(
    (one) => one.tag !== tag || !tag,
  )
  return {
    ...before,
    ...{ revision, image, flags },
    revisions: [
      ...(before?.revisions ?? []),
      { name: made, created: createdAt(revision), image, flags, isReady, reason },
    ],
    traffic: tag ? [...others, { revision: made, tag }] : others,
  }
}

/** What `run services update-traffic` does. */
export function updateTraffic(service, flags, fail) {
  const [revision, percent] = flags['to-revisions']?.split('=') ?? []
  if (revision && !service.revisions.some(({ name }) => name === revision)) {
    fail(`Revision '${revision}' not found.`)
  }
  const removed = flags['remove-tags']?.split(',') ?? []
  const tags = service.traffic.filter(({ tag }) => tag && !removed.includes(tag))
  const share = flags['to-latest']
    ? [{ latest: true, percent: 100 }]
    : revision
      ? [{ revision, percent: Number(percent) }]
      : service.traffic.filter((target) => target.percent)
  service.traffic = [...share, ...tags]
  // The command waits for the whole service to be ready, and its newest revision is a part of it
  // (ConditionPoller in googlecloudsdk/command_lib/run/op_pollers.py).
  mustBeReady(service, fail)
}

/** What gcloud says of a service that isn't ready, for its newest revision or for one with a tag. */
export function mustBeReady({ revisions, traffic }, fail) {
  const tagged = traffic.map(({ revision }) => revisions.find(({ name }) => name === revision))
  const failed = [revisions.at(-1), ...tagged].find((one) => one && !one.isReady)
  if (!failed) return
  fail(
    `Revision '${failed.name}' is not ready and cannot serve traffic. The user-provided container failed to start and listen on the port.`,
  )
}

/** The number of the revision that most requests meet. */
export function servingNumber(service) {
  const [most] = service.traffic.toSorted((a, b) => (b.percent ?? 0) - (a.percent ?? 0))
  const name = most.latest ? latestReady(service) : most.revision
  return service.revisions.findIndex((one) => one.name === name) + 1
}

/** `spec.traffic` of a service. */
export function specOf({ traffic }) {
  return traffic.map(({ latest, revision, ...others }) => ({
    ...(latest ? { latestRevision: true } : { revisionName: revision }),
    ...others,
  }))
}

/** `status` of a service, where the latest revision is named like any other (traffic_pair.py). */
export function statusOf(service, url) {
  // As of the last time that all of it was ready.
  const isReady = (wanted) =>
    service.revisions.some(({ name, isReady }) => name === wanted && isReady)
  const ready = service.traffic.filter(({ latest, revision }) =>
    latest ? latestReady(service) : isReady(revision),
  )
  const traffic = ready.map(({ latest, revision, percent, tag }) => ({
    revisionName: latest ? latestReady(service) : revision,
    ...(percent && { percent }),
    ...(tag && { tag, url: url.replace('https://', `https://${tag}---`) }),
  }))
  return {
    url,
    latestCreatedRevisionName: service.revisions.at(-1).name,
    latestReadyRevisionName: latestReady(service),
    traffic,
  }
}

function latestReady({ revisions }) {
  return revisions.findLast(({ isReady }) => isReady)?.name
}

function createdAt(number) {
  return new Date(Date.UTC(2026, 10, 1, 10, number)).toISOString()
}
