import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Needs } from '../config.ts'
import { temporaryFolder } from '../litestream/test-support.ts'
import { App } from './app.ts'

const asked = (method: string, url: string) => ({ method, url, headers: {} })
const files = ['/favicon.svg', '/pictures/a.png']

describe('A request', () => {
  const app = new App({ name: 'notes' }, { isPublicFile: (path) => files.includes(path) })

  for (const [method, url, kind] of [
    ['GET', '/', 'read'],
    ['HEAD', '/notes?before=7', 'read'],
    ['OPTIONS', '/api/notes', 'read'],
    ['POST', '/', 'write'],
    ['PATCH', '/api/notes/1', 'write'],
    ['DELETE', '/api/notes/1', 'write'],
    ['GET', '/favicon.svg', 'static'],
    ['GET', '/favicon.svg?v=2', 'static'],
    ['HEAD', '/pictures/a.png', 'static'],
    ['POST', '/pictures/a.png', 'write'],
    ['GET', '/pictures/a.png/more', 'read'],
    ['GET', '/_next/static/chunks/a.js', 'static'],
    ['POST', '/_next/static/chunks/a.js', 'write'],
    ['GET', '/_next/data/x.json', 'read'],
    ['GET', '/_next/static/../../notes', 'read'],
    ['GET', '/_next/static/%2e%2e/%2E%2E/', 'read'],
    ['GET', '/_next/static/..\\..\\notes', 'read'],
  ] as const) {
    it(`${method} ${url} is a ${kind}, unless the app says otherwise`, () => {
      assert.equal(app.kind(asked(method, url)), kind)
    })
  }

  it('needs what the app says, but for files', () => {
    const needs = (): Needs => 'nothing'
    const own = new App({ name: 'notes', needs }, { isPublicFile: (path) => files.includes(path) })
    assert.equal(own.kind(asked('POST', '/sign-in')), 'nothing')
    assert.equal(own.kind(asked('GET', '/favicon.svg')), 'static')
  })

  it('is of a program below /api, unless the app says otherwise', () => {
    const isForPrograms = (url: string) => app.isForPrograms(asked('GET', url))
    assert.deepEqual(['/api', '/api/notes', '/api?a'].filter(isForPrograms).length, 3)
    assert.deepEqual(['/', '/apis', '/notes/api'].filter(isForPrograms), [])
    const own = new App({ name: 'notes', isForPrograms: () => true })
    assert.ok(own.isForPrograms(asked('GET', '/')))
  })
})

describe('The files of an app', () => {
  it('are those that its build has listed', (test) => {
    const folder = temporaryFolder(test)
    writeFileSync(join(folder, 'public-files.json'), JSON.stringify(files))
    const app = App.read({ name: 'notes' }, folder, false)
    assert.ok(app.isStatic('/pictures/a.png?b'))
    assert.ok(!app.isStatic('/pictures'))
  })

  it('are those of its folder in development, and nothing outside of that', (test) => {
    const folder = temporaryFolder(test)
    mkdirSync(join(folder, 'public/pictures'), { recursive: true })
    writeFileSync(join(folder, 'public/pictures/a.png'), '')
    writeFileSync(join(folder, 'secret'), '')
    const app = App.read({ name: 'notes' }, folder, true)
    assert.ok(app.isStatic('/pictures/a.png'))
    for (const path of ['/', '/pictures', '/../secret', '/%2e%2e/secret', '/b.png']) {
      assert.ok(!app.isStatic(path), path)
    }
  })
})
