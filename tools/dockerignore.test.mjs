import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { root } from './lib/project.mjs'

describe('What .dockerignore lets into the image', () => {
  it('is there', async () => {
    const text = await readFile(join(root, '.dockerignore'), 'utf8')
    const names = [...text.matchAll(/^!(.+)$/gm)].map(([, name]) => name)
    assert.ok(names.length > 0)
    assert.deepEqual(
      names.filter((name) => !existsSync(join(root, name))),
      [],
    )
  })
})
