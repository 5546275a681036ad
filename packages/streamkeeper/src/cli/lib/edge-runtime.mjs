import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

// Next loads the sandbox when it is asked for what runs in it, and the sandbox the others.
const parts = ['server/web/sandbox', 'compiled/edge-runtime', 'compiled/@edge-runtime/primitives']

/**
 * Leaves Next's edge runtime out of the standalone build, 1.4 MB, where nothing was built for it.
 * @param {string} root where the app and `.next/` are
 */
export function leaveOutEdgeRuntime(root) {
  const file = join(root, '.next/server/middleware-manifest.json')
  const { middleware, functions } = JSON.parse(readFileSync(file, 'utf8'))
  if (Object.keys(middleware).length > 0 || Object.keys(functions).length > 0) return
  const next = join(root, '.next/standalone/node_modules/next/dist')
  for (const name of parts) rmSync(join(next, name), { recursive: true, force: true })
}
