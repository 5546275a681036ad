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
  rewrites: () => [{ source: '/favicon.ico', destination: '/favicon.svg' }],
  // What `/` is depends on these, as server/answer-pages.ts decides.
  headers: () =>
    ['/', '/visits/plain-text'].map((source) => ({
      source,
      headers: [{ key: 'vary', value: 'accept, user-agent' }],
    })),
  experimental: {
    // The longest entry, in any script, and what React sends beside it, with room for one that is
    // too long, so that its writer is told. The same limit stands in server/protect.ts.
    serverActions: { bodySizeLimit: '128kb' },
  },
  poweredByHeader: false,
  devIndicators: false,
}
