import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { dropInternal, isInternal } from './next-headers.ts'
import { headersInNext } from './test-support.ts'

const names = headersInNext()

// Looked at, each: what Next makes of it changes only the answer of whoever sends it.
const believed = [
  ...['next-action', 'next-router-prefetch', 'next-router-segment-prefetch', 'next-url', 'rsc'],
  ...['next-router-state-tree', 'x-action-forwarded', 'x-deployment-id'],
  // Next compares the second with a secret of the build.
  ...['x-next-revalidated-tags', 'x-next-revalidate-tag-token'],
]

describe('The headers of Next', () => {
  it('are found in its source', () => {
    for (const name of ['x-middleware-prefetch', 'x-matched-path', 'rsc', 'user-agent']) {
      assert.ok(names.includes(name), name)
    }
    assert.ok(names.length > 60, String(names.length))
  })

  it('are all dropped but for those that its clients, or the server itself, send', () => {
    const ofNext = names.filter((name) => /^(rsc$|next-|x-)/.test(name) && !ofOthers(name))
    assert.deepEqual(
      ofNext.filter((name) => !isInternal(name)),
      believed.toSorted(),
    )
  })

  it('are dropped where only older releases of it, or its makers, know them', () => {
    for (const name of [
      ...['x-middleware-subrequest', 'x-middleware-subrequest-id', 'x-middleware-request-host'],
      ...['x-invoke-path', 'x-invoke-query', 'x-invoke-status', 'x-invoke-output'],
      ...['x-now-route-matches', 'x-vercel-id', 'next-resume', 'x-nextjs-data'],
    ]) {
      assert.ok(isInternal(name), name)
    }
  })

  it('of others are left alone', () => {
    const headers = { host: 'a', accept: 'b', cookie: 'c', 'x-forwarded-for': 'd', rsc: '1' }
    const given = { ...headers, 'x-invoke-path': '/admin' }
    dropInternal(given, false)
    assert.deepEqual(given, headers)
  })

  it('that its development server needs are believed there', () => {
    for (const name of ['next-hmr-refresh', 'x-nextjs-request-id']) {
      assert.ok(isInternal(name))
      assert.ok(!isInternal(name, true))
    }
  })
})

function ofOthers(name: string): boolean {
  // Those of proxies, and what is no header but a media type, an encoding or a style.
  return /^x-(forwarded-|gzip|www-form|height|euc-jp|gbk|mac-|sjis|user-defined)/.test(name)
}
