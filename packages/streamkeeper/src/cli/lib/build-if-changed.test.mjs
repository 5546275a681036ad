import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { sources } from './build-if-changed.mjs'

describe('What a build depends on', () => {
  it('is all that git does not ignore, and the files of the environment', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'sources-'))
    test.after(() => rm(folder, { recursive: true }))
    const names = {
      kept: ['.env.local', '.gitignore', 'app/data/page.tsx', 'app/page.tsx', 'package.json'],
      ignored: [
        ...['.git/HEAD', '.next/x', 'node_modules/a/b', 'data/app.db', 'a.tsbuildinfo'],
        ...['packages/a/node_modules/c', 'public/client.js', 'app/x.db-wal'],
      ],
    }
    for (const name of [...names.kept, ...names.ignored]) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), '')
    }
    const lines = ['# made', '/data/', '*.tsbuildinfo', 'public/client.js', '*.db*', '.env*', '']
    await writeFile(join(folder, '.gitignore'), lines.join('\n'))
    assert.deepEqual(await sources(folder), names.kept)
  })
})
