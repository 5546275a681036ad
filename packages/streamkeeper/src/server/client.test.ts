import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { describe, it } from 'node:test'
import { clientOf } from './client.ts'

function client(remoteAddress: string, forwardedFor: string | null, proxies: number): string {
  const headers = forwardedFor === null ? {} : { 'x-forwarded-for': forwardedFor }
  return clientOf({ headers, socket: { remoteAddress } as Socket }, proxies)
}

describe('Behind one proxy, as on Cloud Run, the client', () => {
  for (const [what, forwardedFor, expected] of [
    ['is the address that it appended', '203.0.113.7', '203.0.113.7'],
    ['is not what the client claims', '10.0.0.1, 192.0.2.1,203.0.113.7', '203.0.113.7'],
    ['is the front end where no address was appended', '203.0.113.7, unknown', '169.254.1.1'],
    ['is the front end where there is no header', null, '169.254.1.1'],
  ] as const) {
    it(what, () => {
      assert.equal(client('169.254.1.1', forwardedFor, 1), expected)
    })
  }
})

describe('Behind a load balancer and another proxy, the client', () => {
  for (const [what, forwardedFor, expected] of [
    ['is the address that the first one saw', '203.0.113.7, 198.51.100.1', '203.0.113.7'],
    ['is not what the client claims', '10.0.0.1,203.0.113.7,198.51.100.1', '203.0.113.7'],
    ['is who came by a way around the first one', '203.0.113.7', '203.0.113.7'],
    [
      'is whom the second one saw where the first wrote none',
      'unknown, 198.51.100.1',
      '198.51.100.1',
    ],
    ['is the second one where it wrote none', '203.0.113.7, unknown', '169.254.1.1'],
    ['is the second one where nothing is written', '', '169.254.1.1'],
    ['has no port', '203.0.113.7:1234, 198.51.100.1:80', '203.0.113.7'],
    ['has no port with IPv6 either', '[2001:db8:1:2::1]:1234, [::1]', '2001:db8:1:2::/64'],
    ['is its /64', '2001:db8:1:2::1, 198.51.100.1', '2001:db8:1:2::/64'],
  ] as const) {
    it(what, () => {
      assert.equal(client('169.254.1.1', forwardedFor, 2), expected)
    })
  }
})

describe('Without a proxy, the client', () => {
  it("is the socket's address, whatever a header says", () => {
    assert.equal(client('192.0.2.1', '203.0.113.7', 0), '192.0.2.1')
  })

  it('has one name, whether the socket speaks IPv4 or IPv6', () => {
    assert.equal(client('::ffff:192.0.2.1', null, 0), '192.0.2.1')
  })
})

describe('Behind a server that passes requests on, the client', () => {
  const token = 'a-token-of-16-chars'
  const passedOn = (shown: string, known: string | null) =>
    clientOf(
      {
        headers: { 'x-forward-token': shown, 'x-forwarded-client': '203.0.113.7' },
        socket: { remoteAddress: '192.0.2.1' } as Socket,
      },
      0,
      known,
    )

  it('is who that server says, if it shows the token', () => {
    assert.equal(passedOn(token, token), '203.0.113.7')
  })

  it('is that server, if it shows another or nobody is believed', () => {
    assert.equal(passedOn('a-token-of-16-char', token), '192.0.2.1')
    assert.equal(passedOn(token, null), '192.0.2.1')
    assert.equal(passedOn('', null), '192.0.2.1')
  })
})

describe('A client with IPv6', () => {
  for (const [one, other] of [
    ['2001:db8:1:2::1', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    ['2001:db8::1', '2001:0db8:0:0:5::'],
    ['2001:DB8:0:1::', '2001:db8::1:0:0:0:1'],
    ['::1', '::2:1'],
    ['fe80::1%eth0', 'fe80::2'],
  ] as const) {
    it(`is its /64: ${one} is who ${other} is`, () => {
      assert.equal(client(one, null, 0), client(other, null, 0))
    })
  }

  it('is not its neighbour', () => {
    assert.notEqual(client('2001:db8:1:2::1', null, 0), client('2001:db8:1:3::1', null, 0))
  })
})
