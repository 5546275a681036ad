import assert from 'node:assert/strict'
import { globSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { describe, it } from 'node:test'

// What everybody may do by the API is to read and to add.
const forAdmins = ['PUT', 'PATCH', 'DELETE']
const token = 'the-token-of-the-admins'
process.env.ADMIN_TOKEN = token

// As its bundler, Next finds its own modules without their ends.
registerHooks({
  resolve: (name, context, next) => next(name.replace(/^next\/\w+$/, '$&.js'), context),
})

type Handler = (request: Request, context: object) => Promise<Response>

const handlers: [string, Handler][] = []
for (const file of globSync('**/route.ts', { cwd: import.meta.dirname })) {
  const route: Record<string, Handler> = await import(join(import.meta.dirname, file))
  for (const [method, handler] of Object.entries(route)) {
    if (forAdmins.includes(method)) handlers.push([`${method} ${file}`, handler])
  }
}

async function statusOf(name: string, handler: Handler, authorization: string): Promise<number> {
  const [method = ''] = name.split(' ')
  const headers = { authorization, 'content-type': 'application/json' }
  const body = JSON.stringify({ hidden: true })
  const request = new Request('http://localhost/', { method, headers, body })
  return (await handler(request, { params: Promise.resolve({ id: 'none' }) })).status
}

describe('What changes or deletes by the API', () => {
  it('is somewhere', () => assert.ok(handlers.length >= 2))

  for (const [name, handler] of handlers) {
    it(`is refused without the token of admins: ${name}`, async () => {
      assert.equal(await statusOf(name, handler, ''), 401)
      assert.equal(await statusOf(name, handler, 'Bearer another'), 401)
      assert.equal(await statusOf(name, handler, `Bearer ${token}`), 404)
    })
  }
})
