import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, it } from 'node:test'
import { serveMetrics } from './metrics-server.ts'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

describe('Metrics that can not be read', () => {
  it('are told so, and end nothing', async () => {
    const port = await freePort()
    let fails = true
    await serveMetrics(port, null, async () => {
      if (fails) throw new Error('oh')
      return 'text'
    })
    const ask = () => fetch(`http://127.0.0.1:${port}/metrics`)
    assert.equal((await ask()).status, 500)
    fails = false
    assert.equal(await (await ask()).text(), 'text')
  })
})
