import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { dockerfile } from '../packages/streamkeeper/src/cli/init/set-up.mjs'
import { root } from './lib/project.mjs'

const read = (name) => readFileSync(join(root, name), 'utf8')

describe('The sample', () => {
  it('has the Dockerfile that init writes, besides what its workspace brings', () => {
    const copies = [
      'COPY package.json package-lock.json .npmrc ./',
      'COPY packages/streamkeeper/package.json packages/streamkeeper/',
    ]
    assert.equal(read('Dockerfile'), dockerfile(copies))
  })

  it('has the litestream.yml that init writes', () => {
    assert.equal(read('litestream.yml'), read('packages/streamkeeper/templates/litestream.yml'))
  })
})
