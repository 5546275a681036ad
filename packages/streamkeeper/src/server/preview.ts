import type { IncomingMessage } from 'node:http'

/** Which requests only look: all of an instance, those to the address of a tag, or none. */
export type Previews = 'all' | 'tags' | 'none'

// TAG---SERVICE-….run.app: https://cloud.google.com/run/docs/rollouts-rollbacks-traffic-migration#tags
const tagged = /^[a-z0-9-]+---[a-z0-9-]+(\.[a-z0-9-]+)*\.run\.app\.?(:\d+)?$/i

/**
 * Whether a request may only look. Google's front end chooses the revision by the host, so nobody
 * comes to another one by writing a host of their own. X-Forwarded-Host is not looked at: anybody at the
 * address of a tag could claim to have come another way, and have that revision write.
 */
export function isPreview({ headers }: Pick<IncomingMessage, 'headers'>, of: Previews): boolean {
  return of === 'all' || (of === 'tags' && tagged.test(headers.host ?? ''))
}
