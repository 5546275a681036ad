import type { NextConfig } from 'next'

type Made<Args extends unknown[]> = (...args: Args) => NextConfig | Promise<NextConfig>

/**
 * Has Next build the app as the machine runs it. What the configuration says besides stays.
 *
 * @param given the configuration, or what makes it
 * @throws {Error} if it builds another output, or into another folder
 */
export function withStreamkeeper(given: NextConfig): NextConfig
export function withStreamkeeper<Args extends unknown[]>(
  given: Made<Args>,
): (...args: Args) => Promise<NextConfig>
export function withStreamkeeper<Args extends unknown[]>(given: NextConfig | Made<Args>) {
  if (typeof given !== 'function') return wrapped(given)
  return async (...args: Args) => wrapped(await given(...args))
}

function wrapped(given: NextConfig): NextConfig {
  if (given.output && given.output !== 'standalone') {
    throw new Error(`next.config: output is "${given.output}", and has to be "standalone".`)
  }
  if (given.distDir && given.distDir !== '.next') {
    throw new Error(`next.config: distDir is "${given.distDir}", and has to be ".next".`)
  }
  const root = process.cwd()
  return {
    poweredByHeader: false,
    ...given,
    output: 'standalone',
    // Named, or Next takes the folder of any lockfile above this one for the project's root.
    outputFileTracingRoot: given.outputFileTracingRoot ?? root,
    turbopack: { root, ...given.turbopack },
    transpilePackages: ['streamkeeper', ...(given.transpilePackages ?? [])],
    serverExternalPackages: ['better-sqlite3', ...(given.serverExternalPackages ?? [])],
    outputFileTracingExcludes: withoutUnused(given),
    // Next keeps pages, data and smaller images in memory, and beside the app, where the server may not
    // write: each time that would fail, and nobody would catch some of that.
    images: { ...given.images, maximumDiskCacheSize: 0 },
    experimental: { ...given.experimental, isrFlushToDisk: false },
  }
}

function withoutUnused({
  images,
  experimental,
  outputFileTracingExcludes: given = {},
}: NextConfig) {
  const unused = [
    ...(given['*'] ?? []),
    // The build copies what this platform needs of it.
    'node_modules/better-sqlite3/**',
    // 19 MB of image optimiser.
    ...(images?.unoptimized ? ['node_modules/sharp/**', 'node_modules/@img/**'] : []),
  ]
  // 9 MB of Next's own server, of which each file stands for all that only it requires. What a page
  // requires of them is in the page's trace.
  const unusedByServer = [
    ...(given['next-server'] ?? []),
    // Fonts are measured by the build.
    'node_modules/next/dist/server/font-utils.js',
    'node_modules/next/dist/server/capsize-font-metrics.json',
    // The server runs these as bundles; the edge runtime has its own in the pages' code.
    'node_modules/next/dist/server/route-modules/{app-page,app-route,pages,pages-api}/module.js',
    // `next dev`.
    'node_modules/next/dist/server/dev/next-dev-server.js',
    'node_modules/next/dist/server/lib/router-utils/setup-dev-bundler.js',
    'node_modules/next/dist/telemetry/storage.js',
    // For a React that has no `server.edge`.
    'node_modules/react-dom/server.browser.js',
    ...(experimental ? [] : ['node_modules/next/dist/compiled/next-server/*-experimental.*']),
  ]
  return { ...given, '*': unused, 'next-server': unusedByServer }
}
