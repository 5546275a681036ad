import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { escaped } from 'streamkeeper/http'
import { barePage, style, styleSource } from './bare-page.ts'
import { places } from './frame.ts'

describe('A page that the server writes by itself', () => {
  const page = barePage('A "title" <b>', '<h1>Hello</h1>', 'abc')

  it('has the header and the footer of the others', () => {
    for (const { path, name } of places) {
      assert.ok(page.includes(`<a href="${path}">${name}</a>`), name)
    }
    assert.match(page, /<a class="skip" href="#content">[\s\S]*<main id="content"/)
    assert.match(page, /<footer class="site">[\s\S]*Release local \(/)
  })

  it('has no style but the one that its policy lets in', () => {
    const [, inlined] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? []
    assert.ok(inlined)
    const hash = createHash('sha256').update(inlined).digest('base64')
    assert.equal(styleSource, `'sha256-${hash}'`)
    assert.doesNotMatch(page, /\sstyle=/)
  })

  it('shows text as text', () => {
    assert.match(page, /<title>A &quot;title&quot; &lt;b&gt; · Visits<\/title>/)
    assert.equal(escaped('<&">'), '&lt;&amp;&quot;&gt;')
  })
})

describe('The style', () => {
  it('is all of its files, and needs none of them any more', () => {
    assert.doesNotMatch(style, /@import/)
    for (const name of readdirSync('app/style').filter((name) => name !== 'index.css')) {
      assert.ok(style.includes(readFileSync(join('app/style', name), 'utf8')), name)
    }
  })

  it('has no rule for a class that no page has', () => {
    const sources = readdirSync('app', { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => readFileSync(join('app', name), 'utf8'))
      .join()
    const classes = new Set(style.match(/(?<=\.)[a-z][a-z-]+/g))
    const words = new Set(sources.match(/[a-z][a-z-]+/g))
    assert.deepEqual([...classes.difference(words)], [])
  })
})
