import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Leadership } from './leadership.ts'

/** The port of a server that listens, or is about to; it is closed at the end of the test. */
export async function portOf(
  test: { after(clean: () => void): void },
  server: Server,
): Promise<number> {
  if (!server.listening) await once(server, 'listening')
  test.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  assert.ok(address && typeof address === 'object')
  return address.port
}

/**
 * The names of headers in the source of Next's server: all that it may listen to.
 *
 * Those that it reads by a constant are literals too, so more is found than it reads, and nothing
 * is missed that looks like a header.
 */
export function headersInNext(): string[] {
  const dist = dirname(createRequire(import.meta.url).resolve('next/package.json'))
  const folders = ['server', 'lib', 'shared', 'api', 'client/components', 'build/templates']
  const bundles = ['compiled/next-server', 'compiled/@edge-runtime']
  const names = new Set<string>()
  for (const folder of [...folders, ...bundles]) {
    const path = join(dist, 'dist', folder)
    for (const file of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
      if (!/(?<!\.dev)\.js$/.test(file)) continue
      const source = readFileSync(join(path, file), 'utf8')
      for (const [, , name = ''] of source.matchAll(
        /(["'`])((?:x|next|sec|if)-[a-z-]*[a-z]|rsc)\1/g,
      )) {
        names.add(name)
      }
      for (const [, name = ''] of source.matchAll(/headers(?:\.get\(|\[)["'`]([a-z-]+)["'`]/g)) {
        names.add(name)
      }
    }
  }
  return [...names].toSorted()
}

/** Makes durable what was written, for a request that the leadership lets in now. */
export async function durable(leadership: Pick<Leadership, 'admit' | 'durable'>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<Promise<void>>()
  leadership.admit(Promise.resolve(), () => resolve(leadership.durable()))
  return promise
}
