import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { describe, it } from 'node:test'
import type { NextConfig } from 'next'
import { withStreamkeeper } from './next.ts'

describe('withStreamkeeper', () => {
  it('has Next build what the server runs', () => {
    const config = withStreamkeeper({})
    assert.equal(config.output, 'standalone')
    assert.equal(config.outputFileTracingRoot, process.cwd())
    assert.deepEqual(config.serverExternalPackages, ['better-sqlite3'])
  })

  it('keeps what the configuration says besides', () => {
    const given: NextConfig = {
      reactStrictMode: true,
      poweredByHeader: true,
      serverExternalPackages: ['sharp'],
      turbopack: { resolveAlias: { a: 'b' } },
      outputFileTracingExcludes: { '/x': ['y'], '*': ['z'] },
    }
    const config = withStreamkeeper(given)
    assert.deepEqual([config.reactStrictMode, config.poweredByHeader], [true, true])
    assert.deepEqual(config.serverExternalPackages, ['better-sqlite3', 'sharp'])
    assert.deepEqual(config.turbopack?.resolveAlias, { a: 'b' })
    const { 'next-server': _, ...excludes } = config.outputFileTracingExcludes ?? {}
    assert.deepEqual(excludes, { '/x': ['y'], '*': ['z', 'node_modules/better-sqlite3/**'] })
  })

  it('leaves the image optimiser out only where it is not used', () => {
    const excluded = (images: NextConfig['images']) =>
      withStreamkeeper({ ...(images && { images }) }).outputFileTracingExcludes?.['*']?.join()
    assert.match(excluded({ unoptimized: true }) ?? '', /sharp/)
    assert.doesNotMatch(excluded(undefined) ?? '', /sharp/)
  })

  it("leaves out what Next's server never loads, besides what the configuration says", () => {
    const excluded = (given: NextConfig) =>
      withStreamkeeper(given).outputFileTracingExcludes?.['next-server'] ?? []
    const given = excluded({ outputFileTracingExcludes: { 'next-server': ['z'] } })
    assert.equal(given[0], 'z')
    assert.match(given.join(), /capsize-font-metrics/)
    assert.match(given.join(), /experimental/)
    // With a flag, Next may run another React.
    assert.doesNotMatch(excluded({ experimental: { taint: true } }).join(), /experimental/)
  })

  it('names files that Next has, or leaving them out would leave out nothing', () => {
    const names = withStreamkeeper({}).outputFileTracingExcludes?.['next-server'] ?? []
    assert.deepEqual(
      names.filter((name) => globSync(name).length === 0),
      [],
    )
  })

  it('keeps no cache on the disk, which the server may not write to', () => {
    const given = {
      images: { unoptimized: true },
      experimental: { isrFlushToDisk: true, cpus: 1 },
    }
    const { images, experimental } = withStreamkeeper(given)
    assert.deepEqual(images, { unoptimized: true, maximumDiskCacheSize: 0 })
    assert.deepEqual(experimental, { isrFlushToDisk: false, cpus: 1 })
  })

  it('takes a function that makes the configuration, as Next does', async () => {
    const made = withStreamkeeper(async (phase: string) => ({ env: { phase } }))
    const { env, output } = await made('phase-production-build')
    assert.deepEqual([env, output], [{ phase: 'phase-production-build' }, 'standalone'])
  })

  it('refuses another output, and another folder', () => {
    assert.throws(() => withStreamkeeper({ output: 'export' }), /output is "export"/)
    assert.throws(() => withStreamkeeper({ distDir: 'out' }), /distDir is "out"/)
  })
})
