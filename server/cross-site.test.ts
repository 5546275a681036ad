import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { describe, it } from 'node:test'
import { isCrossSite } from './cross-site.ts'

const host = 'visits.example'

function check(
  cases: Record<string, IncomingHttpHeaders>,
  expected: boolean,
  method: string = 'POST',
) {
  for (const [what, headers] of Object.entries(cases)) {
    it(what, () => {
      assert.equal(isCrossSite({ method, headers: { host, ...headers } }), expected)
    })
  }
}

describe('A request that may change something is refused when it comes from', () => {
  check(
    {
      'another site': { 'sec-fetch-site': 'cross-site' },
      'another subdomain': { 'sec-fetch-site': 'same-site' },
      'another site, whatever the origin': {
        'sec-fetch-site': 'cross-site',
        origin: `https://${host}`,
      },
      'another origin in an older browser': { origin: 'https://evil.example' },
      'another port in an older browser': { origin: `https://${host}:8443` },
      'another origin that claims to be forwarded': {
        origin: 'https://evil.example',
        'x-forwarded-host': 'evil.example',
      },
      'a sandboxed frame or a file': { origin: 'null' },
      'no page at all': { origin: '' },
    },
    true,
  )

  for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY']) {
    check({ [`another site, with ${method}`]: { 'sec-fetch-site': 'cross-site' } }, true, method)
  }
})

describe('A request that may change something passes when it comes from', () => {
  check(
    {
      'a page of this app': { 'sec-fetch-site': 'same-origin' },
      'the address bar': { 'sec-fetch-site': 'none' },
      'a page of this app in an older browser': { origin: `https://${host}` },
      'a page of this app over plain HTTP': { origin: `http://${host}` },
      'a page of this app on another port': {
        host: 'localhost:8080',
        origin: 'http://localhost:8080',
      },
      'a program': {},
    },
    false,
  )
})

describe('A request that changes nothing passes', () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    check(
      { [`from another site, with ${method}`]: { 'sec-fetch-site': 'cross-site' } },
      false,
      method,
    )
  }
})
