import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { bufferedResponse } from './buffered-response.ts'

describe('An answer that is made in memory', () => {
  it('fails alone where it is given up half-way, before what renders it has ended', async () => {
    const failing = bufferedResponse('/', {}, async (_, response) => {
      response.write('<html>')
      response.destroy(new Error('no more'))
      await setImmediate()
    })
    // Unheard for a moment, the failure would end the process.
    await assert.rejects(failing, /no more/)
  })
})
