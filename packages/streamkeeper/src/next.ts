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
  return {
    ...given,
    '*': unused,
    'next-server': [
      ...(given['next-server'] ?? []),
      ...unusedByServer.map((name) => `node_modules/${name}`),
      ...(experimental ? [] : ['node_modules/next/dist/compiled/next-server/*-experimental.*']),
    ],
  }
}

// 10 MB that no start and no request of Next's server loads. What a page requires of them is in the
// page's own trace.
const server = 'next/dist/server'
const unusedByServer = [
  // The build measures fonts.
  `${server}/font-utils.js`,
  `${server}/capsize-font-metrics.json`,
  // Of these the server has bundles, and what is built for the edge runtime its own copies.
  `${server}/route-modules/{app-page,app-route,pages,pages-api}/module.js`,
  `${server}/app-render/{action-handler,app-render,collect-segment-data,create-component-tree}.js`,
  `${server}/app-render/{dynamic-rendering-validation,stream-ops.node,stream-ops.web}.js`,
  `${server}/app-render/instant-validation/instant-{samples,validation}.js`,
  `${server}/render.js`,
  `${server}/use-cache/use-cache-wrapper.js`,
  'next/dist/lib/metadata/{metadata-elements,metadata-resolution-*,resolve-*}.js',
  // `next dev`.
  `${server}/dev/{next-dev-server,hot-reloader-turbopack,hot-reloader-webpack}.js`,
  `${server}/dev/{on-demand-entry-handler,middleware-*,turbopack-utils}.js`,
  `${server}/lib/router-utils/setup-dev-bundler.js`,
  'next/dist/telemetry/storage.js',
  // For a React that has no `server.edge`.
  'react-dom/server.browser.js',
]
