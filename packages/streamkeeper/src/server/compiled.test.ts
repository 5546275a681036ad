import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { temporaryFolder } from '../litestream/test-support.ts'

const compiled = new URL('compiled.ts', import.meta.url)

/** An app of two files, and one of another kind that it loads. */
function app(test: TestContext) {
  const folder = temporaryFolder(test)
  mkdirSync(join(folder, 'node_modules/part'), { recursive: true })
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
  write(
    'main.cjs',
    "console.log(require('part').add(1, 2), require('./kind.mjs').kind, __filename)",
  )
  write('node_modules/part/index.js', 'exports.add = (one, other) => one + other')
  write('kind.mjs', "export const kind = 'module'")
  return { folder, write }
}

type Run = { output: string; loaded: string[] }

function run(folder: string, how: 'keepCompiled' | 'useCompiled'): Run {
  const script = `
    import { createRequire } from 'node:module'
    import { ${how} } from '${compiled}'
    ${how}('${folder}')
    createRequire('${folder}/')('./main.cjs')`
  const args = ['--input-type=module', '--eval', script]
  const env = { ...process.env, NODE_DEBUG: 'compiled' }
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  const lines = stderr.match(/(?<=COMPILED \d+: ).*/g) ?? []
  return { output: stdout.trim(), loaded: lines.map((line) => line.replace(`${folder}/`, '')) }
}

describe('What was compiled once', () => {
  it('is used by the next start, which does the same', (test) => {
    const { folder } = app(test)
    const expected = `3 module ${folder}/main.cjs`
    assert.deepEqual(run(folder, 'useCompiled'), { output: expected, loaded: [] })
    assert.deepEqual(run(folder, 'keepCompiled'), { output: expected, loaded: [] })
    const loaded = ['used: main.cjs', 'used: node_modules/part/index.js']
    assert.deepEqual(run(folder, 'useCompiled'), { output: expected, loaded })
  })

  it('is not used for a file that has changed, at the same size too', (test) => {
    const { folder, write } = app(test)
    run(folder, 'keepCompiled')
    write('node_modules/part/index.js', 'exports.add = (one, other) => one * other')
    const { output, loaded } = run(folder, 'useCompiled')
    assert.equal(output, `2 module ${folder}/main.cjs`)
    assert.deepEqual(loaded, ['used: main.cjs', 'not used: node_modules/part/index.js'])
  })

  it('is kept anew by each run that keeps it', (test) => {
    const { folder, write } = app(test)
    run(folder, 'keepCompiled')
    write('main.cjs', "console.log(require('part').add(2, 2))")
    run(folder, 'keepCompiled')
    const { loaded } = run(folder, 'useCompiled')
    assert.deepEqual(loaded, ['used: main.cjs', 'used: node_modules/part/index.js'])
  })

  it('fails as ever where a file is gone', (test) => {
    const { folder } = app(test)
    run(folder, 'keepCompiled')
    rmSync(join(folder, 'node_modules/part/index.js'))
    assert.throws(() => run(folder, 'useCompiled'), /index\.js/)
  })
})
