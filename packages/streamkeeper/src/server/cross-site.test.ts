import assert from 'node:assert/strict'
import type { IncomingHttpHeaders } from 'node:http'
import { describe, it } from 'node:test'
import { crossSiteFacts, isCrossSite, type Place } from './cross-site.ts'

const host = 'notes.example'
const deployed = { publicOrigins: [], isLocal: false }

function check(
  cases: Record<string, IncomingHttpHeaders>,
  expected: boolean,
  { method = 'POST', place = deployed }: { method?: string; place?: Place } = {},
) {
  for (const [what, headers] of Object.entries(cases)) {
    it(what, () => {
      assert.equal(isCrossSite({ method, headers: { host, ...headers } }, place), expected)
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
      'no URL': { origin: 'notes.example' },
      'a page whose user is named as this host': { origin: 'https://notes.example@evil.example' },
      'a page of this host, where the host is not known': {
        host: undefined,
        origin: `https://${host}`,
      },
      'a page of this host, where a proxy asks for another': {
        host: 'notes-abc.a.run.app',
        origin: `https://${host}`,
        'x-forwarded-host': host,
      },
      'two sites at once': { 'sec-fetch-site': 'same-origin, cross-site' },
      'a site that is not named': { 'sec-fetch-site': '' },
    },
    true,
  )

  for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE', 'QUERY']) {
    check({ [`another site, with ${method}`]: { 'sec-fetch-site': 'cross-site' } }, true, {
      method,
    })
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
      'a page of this app on a port that goes without saying': {
        host: `${host}:443`,
        origin: `https://${host}`,
      },
      'a page of this app whose host was typed in capitals': {
        host: host.toUpperCase(),
        origin: `https://${host}`,
      },
      'a page of this app, where a proxy asks for another host': {
        host: 'localhost:8080',
        origin: `https://${host}`,
        'sec-fetch-site': 'same-origin',
      },
      'a program': {},
    },
    false,
  )
})

describe('A request that changes nothing passes', () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) {
    check({ [`from another site, with ${method}`]: { 'sec-fetch-site': 'cross-site' } }, false, {
      method,
    })
  }
})

// All that a browser and a proxy make of a form on a page of the app, and of one elsewhere.
describe('Behind a proxy', () => {
  const ours = 'https://notes.example'
  const other = 'https://evil.example'
  const published = { publicOrigins: [ours, 'https://www.notes.example'], isLocal: false }
  const local = { publicOrigins: [], isLocal: true }
  const kept = host
  const rewritten = 'notes-abc.a.run.app'
  const [our, theirs] = ['passes', 'is refused']

  for (const [origin, site, host, forwarded, atDeployed, atPublished, atLocal] of [
    // A browser that says where a form comes from.
    [ours, 'same-origin', kept, undefined, our, our, our],
    [ours, 'same-origin', rewritten, undefined, our, our, our],
    [ours, 'same-origin', rewritten, kept, our, our, our],
    [other, 'cross-site', kept, undefined, theirs, theirs, theirs],
    [other, 'cross-site', kept, 'evil.example', theirs, theirs, theirs],
    [other, 'same-site', kept, undefined, theirs, theirs, theirs],
    [undefined, 'cross-site', kept, undefined, theirs, theirs, theirs],
    ['https://www.notes.example', 'same-site', kept, undefined, theirs, our, theirs],
    // An older one, or one over plain HTTP, where only the origin is known.
    [ours, undefined, kept, undefined, our, our, our],
    [ours, undefined, rewritten, undefined, theirs, our, theirs],
    [ours, undefined, rewritten, kept, theirs, our, our],
    [ours, undefined, rewritten, `${kept}, proxy.example`, theirs, our, our],
    [ours, undefined, rewritten, `proxy.example, ${kept}`, theirs, our, theirs],
    [ours.toUpperCase(), undefined, rewritten, undefined, theirs, our, theirs],
    [`${ours}.evil.example`, undefined, rewritten, undefined, theirs, theirs, theirs],
    ['http://notes.example', undefined, rewritten, undefined, theirs, theirs, theirs],
    [other, undefined, kept, undefined, theirs, theirs, theirs],
    [other, undefined, kept, kept, theirs, theirs, theirs],
    // Directly, at an address that is not the public one.
    [`https://${rewritten}`, undefined, rewritten, undefined, our, our, our],
    [`https://${rewritten}`, 'same-origin', rewritten, undefined, our, our, our],
    // A program.
    [undefined, undefined, rewritten, undefined, our, our, our],
    // A code space, and a tunnel.
    ['https://x-8080.app.github.dev', 'same-origin', 'localhost:8080', undefined, our, our, our],
    [
      ...['https://x-8080.app.github.dev', undefined, 'localhost:8080'],
      ...['x-8080.app.github.dev', theirs, theirs, our],
    ],
    ['https://x.ngrok.app', undefined, 'x.ngrok.app', 'x.ngrok.app', our, our, our],
    ['null', undefined, 'localhost:8080', 'x.ngrok.app', theirs, theirs, theirs],
  ]) {
    const headers = {
      ...(host !== undefined && { host }),
      ...(origin !== undefined && { origin }),
      ...(site !== undefined && { 'sec-fetch-site': site }),
      ...(forwarded !== undefined && { 'x-forwarded-host': forwarded }),
    }
    for (const [where, place, expected] of [
      ['without PUBLIC_URL', deployed, atDeployed],
      ['with PUBLIC_URL', published, atPublished],
      ["on its owner's machine", local, atLocal],
    ] as const) {
      it(`${where}, what has ${JSON.stringify(headers)} ${expected}`, () => {
        assert.equal(isCrossSite({ method: 'POST', headers }, place), expected === theirs)
      })
    }
  }
})

describe('A refusal', () => {
  it('names the page, the host and the variable to its operator', () => {
    const headers = { host: 'notes-abc.a.run.app', origin: 'https://notes.example' }
    assert.match(
      crossSiteFacts({ headers }).message,
      /from https:\/\/notes.example to the host notes-abc.a.run.app .* set PUBLIC_URL to its origin/,
    )
  })

  it('is no longer for a page with a long name', () => {
    const { message } = crossSiteFacts({
      headers: { host, origin: `https://${'x'.repeat(9_000)}` },
    })
    assert.equal(message.length, 1_000)
  })
})
