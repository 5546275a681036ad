/** @type {import('next').NextConfig} */
export default {
  output: 'standalone',
  // Named, or Next takes the folder of any lockfile above this one for the project's root.
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  // 19 MB of image optimiser that no page here uses.
  outputFileTracingExcludes: { '*': ['node_modules/sharp/**', 'node_modules/@img/**'] },
  // `npm test` checks the types of everything; the image's build need not do it again.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
  poweredByHeader: false,
  devIndicators: false,
}
