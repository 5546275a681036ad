import type { IncomingMessage, ServerOptions } from 'node:http'

/** How long a client may keep a connection busy without getting anywhere, and how much it may say. */
export const connectionLimits = {
  // Node's own, in bytes; named as much depends on it. Longer heads are answered with 431.
  maxHeaderSize: 16_384,
  // A head is one or two packets; Google's front end sends it at once.
  headersTimeout: 10_000,
  // Head and body together, at most 128 KiB. Longer than a request may wait for the start to end.
  requestTimeout: 60_000,
  // How often the two are looked at; Node's 30 s would add to them.
  connectionsCheckingInterval: 2_500,
  // A request with two hosts, or without one, is answered in our words.
  requireHostHeader: false,
  // Others offer it, such as Java's client HTTP/2, and take an answer without it: Next listens for the
  // upgrades of its development server, and would cut all.
  shouldUpgradeCallback: ({ url = '', headers }: IncomingMessage) => {
    return url.startsWith('/_next/') && /^websocket$/i.test(headers.upgrade ?? '')
  },
} satisfies ServerOptions

/**
 * In milliseconds: a connection is cut on which nothing moves, in either direction, for so long. It
 * ends clients that don't read their answer. No request here waits as long for its answer.
 */
export const silenceMs = 120_000
