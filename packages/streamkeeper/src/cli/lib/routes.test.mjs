import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { writeRoutes } from './routes.mjs'

const all = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** What is written of an app, by the path that each pattern is made for. */
async function routesOf(test, { files, paths, redirects = [], rewrites = [], actions = [] }) {
  const folder = await mkdtemp(join(tmpdir(), 'routes-'))
  test.after(() => rm(folder, { recursive: true }))
  const write = async (name, text) => {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const json = (name, value) => write(join('.next', name), JSON.stringify(value))
  for (const [name, text] of Object.entries(files)) await write(name, text)
  await json('routes-manifest.json', {
    staticRoutes: Object.values(paths).map((page) => ({ page, regex: `^${page}$` })),
    dynamicRoutes: [],
    redirects,
    rewrites: { beforeFiles: [], afterFiles: rewrites, fallback: [] },
  })
  const workers = Object.fromEntries(actions.map((name) => [name, {}]))
  await json('server/server-reference-manifest.json', { node: { id: { workers } } })
  await json('app-path-routes-manifest.json', paths)
  await mkdir(join(folder, '.next/standalone'))
  await writeRoutes(folder)
  const routes = JSON.parse(await readFile(join(folder, '.next/standalone/routes.json'), 'utf8'))
  return Object.fromEntries(routes.map(({ pattern, ...route }) => [pattern.slice(1, -1), route]))
}

describe('The routes of a build', () => {
  it('are pages, and handlers with the methods that they export, in app or src/app', async (test) => {
    const routes = await routesOf(test, {
      files: {
        'src/app/api/books/route.ts': 'export async function POST() {}\nexport const GET = POST',
        'src/app/api/more/route.ts': "export * from './handlers'",
      },
      paths: {
        '/page': '/',
        '/(shop)/cart/page': '/cart',
        '/api/books/route': '/api/books',
        '/api/more/route': '/api/more',
        '/_not-found/page': '/_not-found',
      },
      actions: ['app/(shop)/cart/page'],
    })
    const reading = ['GET', 'HEAD', 'OPTIONS']
    assert.deepEqual(routes, {
      '/': { methods: reading, takesForms: false },
      '/cart': { methods: reading, takesForms: true },
      '/api/books': { methods: ['GET', 'HEAD', 'POST', 'OPTIONS'], takesForms: false },
      '/api/more': { methods: all, takesForms: false, answersOptions: true },
    })
  })

  it('are pictures and texts that Next serves by their names', async (test) => {
    const routes = await routesOf(test, { files: {}, paths: { '/icon.png/route': '/icon.png' } })
    assert.deepEqual(routes['/icon.png'].methods, ['GET', 'HEAD', 'OPTIONS'])
  })

  it('are what the configuration redirects and rewrites', async (test) => {
    const routes = await routesOf(test, {
      files: { 'app/api/route.ts': 'export function PUT() {}' },
      paths: { '/api/route': '/api' },
      redirects: [{ regex: '^/old$' }, { regex: '^/.+/$', internal: true }],
      rewrites: [{ regex: '^/v1$', destination: '/api' }],
    })
    assert.deepEqual(routes['/old'], { methods: all, takesForms: true })
    assert.deepEqual(routes['/v1'].methods, ['PUT', 'OPTIONS'])
    assert.equal(Object.keys(routes).length, 3)
  })
})

describe('The routes of a build', () => {
  it('stand in the order in which Next looks for them', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'routes-'))
    test.after(() => rm(folder, { recursive: true }))
    const files = {
      'app/webhook/route.js': 'export function POST() {}',
      'public/a.txt': '',
      '.next/routes-manifest.json': JSON.stringify({
        staticRoutes: [{ page: '/webhook', regex: '^/webhook$' }],
        dynamicRoutes: [{ page: '/[slug]', regex: '^/([^/]+?)$' }],
        redirects: [{ regex: '^/old$' }],
        rewrites: {
          beforeFiles: [{ regex: '^/first$', destination: '/a.txt' }],
          afterFiles: [{ regex: '^/then$', destination: '/a.txt', has: [{ type: 'host' }] }],
          fallback: [{ regex: '^/last$', destination: 'https://elsewhere.example' }],
        },
      }),
      '.next/server/server-reference-manifest.json': '{ "node": {} }',
      '.next/server/functions-config-manifest.json': '{ "functions": { "/_middleware": {} } }',
      '.next/app-path-routes-manifest.json':
        '{ "/[slug]/page": "/[slug]", "/webhook/route": "/webhook" }',
    }
    for (const [name, text] of Object.entries({ ...files, '.next/standalone/x': '' })) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    await writeRoutes(folder)
    const written = await readFile(join(folder, '.next/standalone/routes.json'), 'utf8')
    assert.deepEqual(
      JSON.parse(written).map(({ pattern, methods }) => [pattern, methods.join(' ')]),
      [
        ['^/old$', all.join(' ')],
        ['^/first$', 'GET HEAD OPTIONS'],
        ['^/webhook$', 'POST OPTIONS'],
        // Whether its condition holds is not known.
        ['^/then$', all.join(' ')],
        ['^/([^/]+?)$', 'GET HEAD OPTIONS'],
        ['^/last$', all.join(' ')],
        // The proxy may answer at any path.
        ['^/', all.join(' ')],
      ],
    )
  })

  for (const [name, text, methods, answersOptions] of [
    ['route.js', 'export const { GET, POST } = handlers', ['GET', 'HEAD', 'POST', 'OPTIONS']],
    ['route.js', "export { GET, POST } from '@/auth'", ['GET', 'HEAD', 'POST', 'OPTIONS']],
    ['route.api.ts', 'export function PUT() {}', ['PUT', 'OPTIONS']],
    ['route.js', 'exports.POST = () => {}', all, true],
    ['route.js', 'export function OPTIONS() {}', ['OPTIONS'], true],
  ]) {
    it(`know what a handler exports: ${name} with ${text}`, async (test) => {
      const routes = await routesOf(test, {
        files: { [`app/x/${name}`]: text },
        paths: { '/x/route': '/x' },
      })
      assert.deepEqual(routes['/x'], {
        ...{ methods, takesForms: false },
        ...(answersOptions && { answersOptions }),
      })
    })
  }
})
