import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { onlyOwnScripts } from './own-scripts.ts'

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
