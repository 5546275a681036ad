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
  rewrites: () => ({
    // Before the pages, as `/` is one. What Next itself asks for also goes without text/html.
    beforeFiles: [
      { source: '/favicon.ico', destination: '/favicon.svg' },
      {
        source: '/',
        destination: '/visits/plain-text',
        missing: [
          { type: 'header', key: 'accept', value: '.*text/html.*' },
          { type: 'header', key: 'rsc' },
          { type: 'header', key: 'next-action' },
        ],
      },
    ],
  }),
  experimental: {
    // The longest entry, in any script, and what React sends beside it, with room for one that is
    // too long, so that its writer is told. The same limit stands in server/protect.ts.
    serverActions: { bodySizeLimit: '128kb' },
  },
  poweredByHeader: false,
  devIndicators: false,
}
