import { headers } from 'next/headers'

const title = 'Visits'
const words = 'How often this server was visited, and a guestbook that survives it.'

/** What previews of links show. */
export async function OpenGraph() {
  const asked = await headers()
  const url = originOf(asked)
  return (
    <>
      <meta property="og:type" content="website" />
      <meta property="og:site_name" content={title} />
      <meta property="og:title" content={title} />
      <meta property="og:description" content={words} />
      {url && <meta property="og:url" content={`${url}/`} />}
      <meta property="og:image" content={`${url}/og.png`} />
      <meta property="og:image:width" content="1200" />
      <meta property="og:image:height" content="630" />
      <meta property="og:image:alt" content="This server has been visited." />
      <meta name="twitter:card" content="summary_large_image" />
    </>
  )
}

// Previews are shown pages that are rendered for them; one that is kept for many has no host.
function originOf(asked: Headers): string {
  const first = URL.parse((process.env.PUBLIC_URL ?? '').split(/[\s,]+/).find(Boolean) ?? '')
  if (first) return first.origin
  const host = asked.get('host') ?? 'localhost'
  if (host === 'localhost') return ''
  const origin = `${asked.get('x-forwarded-proto') === 'https' ? 'https' : 'http'}://${host}`
  return URL.canParse(origin) ? origin : ''
}
