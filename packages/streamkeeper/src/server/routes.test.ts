import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Routes } from './routes.ts'

const reading = ['GET', 'HEAD', 'OPTIONS']
const routes = new Routes([
  { pattern: '^/(?:/)?$', methods: reading, takesForms: true },
  { pattern: '^/status(?:/)?$', methods: reading, takesForms: false },
  { pattern: '^/api/notes/([^/]+?)(?:/)?$', methods: ['PATCH', 'DELETE'], takesForms: false },
])

const form = { 'content-type': 'multipart/form-data; boundary=x' }
const typed = { 'content-type': 'application/x-www-form-urlencoded' }

describe('A request is taken', () => {
  for (const [method, url, headers] of [
    ['GET', '/', {}],
    ['GET', '/?a=b', {}],
    ['HEAD', '/status', {}],
    ['POST', '/', form],
    ['POST', '/', { 'next-action': '60b7' }],
    ['POST', '/status', { 'next-action': '60b7' }],
    ['PATCH', '/api/notes/7', {}],
    ['DELETE', '/api/notes/7/', {}],
  ] as const) {
    it(`when it is ${method} ${url} ${JSON.stringify(headers)}`, () => {
      assert.equal(routes.find({ method, url, headers }), 'taken')
    })
  }
})

describe('A request that no route takes', () => {
  for (const [method, url, headers] of [
    ['POST', '/xmlrpc.php', {}],
    ['POST', '/wp-login.php', form],
    ['GET', '/.env', {}],
    ['POST', '/x/../api/notes', {}],
    ['DELETE', '/api/notes/7/8', {}],
  ] as const) {
    it(`has no path: ${method} ${url}`, () => {
      assert.equal(routes.find({ method, url, headers }), 'no-route')
    })
  }

  for (const [method, url, headers] of [
    ['PUT', '/', {}],
    ['DELETE', '/', {}],
    ['POST', '/', {}],
    ['POST', '/', typed],
    ['POST', '/status', form],
    ['PUT', '/', { 'next-action': '60b7' }],
  ] as const) {
    it(`has the wrong method: ${method} ${url} ${JSON.stringify(headers)}`, () => {
      assert.deepEqual(routes.find({ method, url, headers }), { allow: reading })
    })
  }

  it('is told the methods of its route', () => {
    const found = routes.find({ method: 'POST', url: '/api/notes/7', headers: {} })
    assert.deepEqual(found, { allow: ['PATCH', 'DELETE'] })
  })
})
