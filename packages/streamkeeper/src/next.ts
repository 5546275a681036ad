import type { NextConfig } from 'next'

type Given = NextConfig | ((...given: never[]) => NextConfig | Promise<NextConfig>)

/**
 * Has Next build the app as the machine runs it. What the configuration says besides stays.
 *
 * @param given the configuration, or what makes it
 * @throws {Error} if it builds another output, or into another folder
 */
export function withStreamkeeper<Config extends Given>(given: Config): Config {
  if (typeof given !== 'function') return wrapped(given) as Config
  return (async (...args: never[]) => wrapped(await given(...args))) as Config
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
    // 19 MB of image optimiser, where it is not used.
    ...(given.images?.unoptimized && {
      outputFileTracingExcludes: withoutOptimiser(given.outputFileTracingExcludes),
    }),
  }
}

function withoutOptimiser(excludes: Record<string, string[]> = {}): Record<string, string[]> {
  const optimiser = ['node_modules/sharp/**', 'node_modules/@img/**']
  return { ...excludes, '*': [...(excludes['*'] ?? []), ...optimiser] }
}
