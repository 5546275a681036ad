import { withStreamkeeper } from 'streamkeeper/next'

export default withStreamkeeper({
  // Read when the server starts.
  outputFileTracingIncludes: { '/*': ['app/style/**'] },
  // `npm test` checks the types of everything; the image's build need not do it again.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
  rewrites: () => [{ source: '/favicon.ico', destination: '/favicon.svg' }],
  headers: () => [
    // What `/` is depends on these, as app/handle.ts decides.
    ...headersAt(['/'], { vary: 'accept, user-agent' }),
    // Browsers keep them for going back, so that a form has the key that it was sent with: `no-store`,
    // which Next would say, makes them ask for another page, with a new one.
    ...headersAt(['/', '/guestbook'], { 'cache-control': 'private, no-cache' }),
  ],
  devIndicators: false,
})

function headersAt(sources, values) {
  const headers = Object.entries(values).map(([key, value]) => ({ key, value }))
  return sources.map((source) => ({ source, headers }))
}
