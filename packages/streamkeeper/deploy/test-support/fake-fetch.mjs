// Preloaded into the commands that tests start as processes: no test asks an address on the internet.
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

globalThis.fetch = async (url) => {
  const socket = connect(Number(process.env.FAKE_CLOUD_PORT), '127.0.0.1')
  socket.write(['1', '', 'fetch', '', url, ''].join('\0'))
  const [, answer] = (await text(socket)).split('\n')
  const { status, reason } = JSON.parse(answer)
  if (status === null) throw new Error(reason)
  return new Response(null, { status })
}
