import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { leaveOutEdgeRuntime } from './edge-runtime.mjs'

describe("Next's edge runtime", () => {
  it('is left out of a build in which nothing runs on it', (test) => {
    assert.equal(isThere(test, { middleware: {}, functions: {} }), false)
  })

  it('stays for a middleware, a page and a handler', (test) => {
    assert.equal(isThere(test, { middleware: { '/': {} }, functions: {} }), true)
    assert.equal(isThere(test, { middleware: {}, functions: { '/api/page': {} } }), true)
  })
})

function isThere(test, manifest) {
  const root = mkdtempSync(join(tmpdir(), 'edge-runtime-'))
  test.after(() => rmSync(root, { recursive: true }))
  const sandbox = join(root, '.next/standalone/node_modules/next/dist/server/web/sandbox')
  mkdirSync(sandbox, { recursive: true })
  mkdirSync(join(root, '.next/server'))
  writeFileSync(join(root, '.next/server/middleware-manifest.json'), JSON.stringify(manifest))
  leaveOutEdgeRuntime(root)
  return existsSync(sandbox)
}
