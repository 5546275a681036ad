import assert from 'node:assert/strict'
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { givePosition, takePosition } from './position-cookie.ts'

describe('The cookie of who has written', () => {
  it('is taken out of the request, so that kept pages serve them too', () => {
    const headers: { cookie?: string } = { cookie: 'replica-position=3-17' }
    assert.deepEqual(takePosition({ headers }), { epoch: 3, txid: 17 })
    assert.ok(!('cookie' in headers))
  })

  it('leaves the others', () => {
    const headers = { cookie: 'admin=a.b; replica-position=3-17; x=y' }
    assert.deepEqual(takePosition({ headers }), { epoch: 3, txid: 17 })
    assert.equal(headers.cookie, 'admin=a.b; x=y')
  })

  it('is none where it was made up', () => {
    assert.equal(takePosition({ headers: { cookie: 'replica-position=zzz' } }), null)
    assert.equal(takePosition({ headers: {} }), null)
  })

  it('is for the server alone, not for other sites, and not for plain http where there is https', () => {
    const given = (proto: string) => {
      const request = new IncomingMessage(new Socket())
      request.headers['x-forwarded-proto'] = proto
      const response = new ServerResponse(request)
      response.setHeader('set-cookie', ['admin=a'])
      givePosition(request, response, { epoch: 3, txid: 17 })
      return response.getHeader('set-cookie')
    }
    const cookie = 'replica-position=3-17; Path=/; Max-Age=600; HttpOnly; SameSite=Lax'
    assert.deepEqual(given('http'), ['admin=a', cookie])
    assert.deepEqual(given('https'), ['admin=a', `${cookie}; Secure`])
  })
})
