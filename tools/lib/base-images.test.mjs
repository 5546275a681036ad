import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { versions } from '../../packages/streamkeeper/src/cli/lib/project.mjs'
import { imagesIn } from './base-images.mjs'
import { root } from './project.mjs'

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

  it('have the values of its arguments in their names, which may have others in theirs', () => {
    const dockerfile = `ARG FROM=a.example\nARG TWO=\${FROM}/two:2\nFROM \${FROM}/one:1 AS one\nFROM $TWO\nFROM one\n`
    assert.deepEqual(imagesIn(dockerfile), ['a.example/one:1', 'a.example/two:2'])
  })

  it("have this repository's Litestream at its pinned version", async () => {
    const images = imagesIn(await readFile(join(root, 'Dockerfile'), 'utf8'))
    assert.ok(images.includes(`docker.io/litestream/litestream:${versions.litestream.version}`))
  })

  it('name each once', () => {
    assert.deepEqual(imagesIn('FROM one:1 AS a\nFROM one:1 AS b\n'), ['one:1'])
  })
})
