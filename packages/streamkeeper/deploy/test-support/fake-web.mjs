import { urlOf } from './fake-project.mjs'

/** What a service of the fake project answers to whoever is not logged in. */
export function getFrom({ services, web }, url) {
  const found = Object.entries(services).find(([key]) => isAt(url, urlOf(key)))
  if (!found) return { status: null, reason: `getaddrinfo ENOTFOUND ${new URL(url).host}` }
  const { flags } = found[1]
  const isClosed = 'no-allow-unauthenticated' in flags || 'invoker-iam-check' in flags
  return { status: web ?? (isClosed ? 403 : 200) }
}

// Its own address, or that of a tag.
function isAt(url, service) {
  return new URL(url).host.replace(/^.*---/, '') === new URL(service).host
}
