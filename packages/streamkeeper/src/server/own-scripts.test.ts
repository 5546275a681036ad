import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { onlyOwnScripts, withOwnScripts } from './own-scripts.ts'
import { notesApp } from './test-app.ts'
import { portOf } from './test-support.ts'

const own = '<script type="module" src="/client.js" nonce="n" data-own=""></script>'
const next = [
  '<link rel="preload" as="script" fetchPriority="low" nonce="n" href="/_next/static/a.js"/>',
  '<script src="/_next/static/a.js" async="" nonce="n"></script>',
  '<script nonce="n">self.__next_f.push([1,"<b>"])</script>',
].join('')
const page = (attributes: string, rest = '') =>
  `<!DOCTYPE html><html lang="en"${attributes}><head>${own}</head><body><p>&lt;script&gt;</p>${rest}</body></html>`

describe('A page with scripts of its own', () => {
  const ownOnly = ' data-scripts="own"'

  it('goes without those of Next', () => {
    assert.equal(onlyOwnScripts(page(ownOnly, next)), page(ownOnly))
  })

  it('keeps them where React streams a part of it later', () => {
    const streamed = page(ownOnly, `<template id="B:0"></template>${next}`)
    assert.equal(onlyOwnScripts(streamed), streamed)
  })

  it('is one that says so', () => {
    assert.equal(onlyOwnScripts(page('', next)), page('', next))
    const said = page('', `<p data-scripts="own">${next}</p>`)
    assert.equal(onlyOwnScripts(said), said)
  })
})

describe('A server of such pages', () => {
  const serve = async (test: TestContext, render: RequestListener) => {
    const server = createServer(withOwnScripts(notesApp(), render)).listen(0)
    const port = await portOf(test, server)
    return (headers: Record<string, string>) => fetch(`http://127.0.0.1:${port}/`, { headers })
  }
  const rendered: RequestListener = ({ headers }, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end(page(' data-scripts="own"', `${next}${headers['accept-encoding']}`))
  }

  it('compresses them as they are taken', async (test) => {
    const ask = await serve(test, rendered)
    for (const [accepted, coding] of [
      ['gzip', 'gzip'],
      ['gzip, br', 'br'],
      ['gzip;q=0', null],
    ] as const) {
      const answer = await ask({ accept: 'TEXT/HTML', 'accept-encoding': accepted })
      assert.equal(answer.headers.get('content-encoding'), coding)
      assert.equal(answer.headers.get('vary'), 'Accept, Accept-Encoding')
      assert.equal(await answer.text(), page(' data-scripts="own"', 'undefined'))
    }
  })

  it('goes without those of Next also for who takes anything', async (test) => {
    const ask = await serve(test, rendered)
    const answer = await ask({ accept: '*/*', 'user-agent': 'Slackbot-LinkExpanding 1.0' })
    assert.equal(await answer.text(), page(' data-scripts="own"', 'undefined'))
  })

  it('changes no byte of what is no page, though it was opened as one', async (test) => {
    const picture = Uint8Array.from({ length: 256 }, (_, byte) => byte)
    const ask = await serve(test, (_, response) => {
      response.setHeader('content-type', 'image/png')
      response.end(picture)
    })
    const answer = await ask({ accept: 'text/html,image/png' })
    assert.deepEqual(new Uint8Array(await answer.arrayBuffer()), picture)
  })
})
