// Preloaded into the commands that tests start as processes: no test asks an address on the internet.
import { getFrom } from './fake-web.mjs'

globalThis.fetch = async (url) => {
  const { status, reason } = await getFrom(process.env.FAKE_GCLOUD_STATE, url)
  if (status === null) throw new Error(reason)
  return new Response(null, { status })
}
