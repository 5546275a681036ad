import { pairs, urlOf } from './fake-project.mjs'
import { specOf, statusOf } from './fake-traffic.mjs'

/** A service of the fake project as `gcloud run services describe --format json` shows it. */
export function serviceInJson(service, key) {
  const containers = [containerOf(service)]
  return {
    metadata: { name: key.split('/')[1], annotations: annotationsOf(service) },
    spec: { template: { spec: { containers } }, traffic: specOf(service) },
    status: statusOf(service, urlOf(key)),
  }
}

function annotationsOf({ annotations, flags }) {
  const isOpen = 'no-invoker-iam-check' in flags
  return { ...(isOpen && { 'run.googleapis.com/invoker-iam-disabled': 'true' }), ...annotations }
}

/** One of its revisions, as `gcloud run revisions list --format json` shows it. */
export function revisionInJson(revision) {
  const { name, created, image, isReady, reason } = revision
  const ready = isReady
    ? { status: reason ? 'False' : 'True', reason }
    : { status: 'False', message: 'The user-provided container failed to start.' }
  return {
    metadata: { name, creationTimestamp: created },
    spec: { containers: [containerOf(revision)] },
    status: { conditions: [{ type: 'Ready', ...ready }], imageDigest: image },
  }
}

function containerOf({ flags, image }) {
  const { 'set-env-vars': variables, 'set-secrets': secrets } = flags
  const plain = Object.entries(pairs(variables)).map(([name, value]) => ({ name, value }))
  const secret = Object.entries(secrets ? pairs(secrets) : {}).map(([variable, text]) => {
    const [name, key] = text.split(':')
    return { name: variable, valueFrom: { secretKeyRef: { name, key } } }
  })
  return { image, env: [...plain, ...secret] }
}
