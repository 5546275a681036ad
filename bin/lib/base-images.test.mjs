import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { imagesIn } from './base-images.mjs'

describe('the base images of a Dockerfile', () => {
  it('are what its FROM lines name', () => {
    const dockerfile = 'FROM a.example/one:1 AS one\nRUN true\nfrom --platform=linux/amd64 two:2\n'
    assert.deepEqual(imagesIn(dockerfile), ['a.example/one:1', 'two:2'])
  })

  it('leave out its own stages and scratch', () => {
    const dockerfile =
      'FROM one:1 AS build\nFROM build AS more\nFROM scratch\nCOPY --from=more / /\n'
    assert.deepEqual(imagesIn(dockerfile), ['one:1'])
  })

  it('have the values of its arguments in their names', () => {
    const dockerfile = `ARG FROM=a.example\nFROM \${FROM}/one:1 AS one\nFROM $FROM/two:2\nFROM one\n`
    assert.deepEqual(imagesIn(dockerfile), ['a.example/one:1', 'a.example/two:2'])
  })

  it('name each once', () => {
    assert.deepEqual(imagesIn('FROM one:1 AS a\nFROM one:1 AS b\n'), ['one:1'])
  })
})
