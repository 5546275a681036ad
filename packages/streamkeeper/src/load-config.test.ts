import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { temporaryFolder } from './litestream/test-support.ts'
import { loadConfig } from './load-config.ts'

type Test = Parameters<typeof temporaryFolder>[0]

function folderWith(test: Test, files: Record<string, string>): string {
  const folder = temporaryFolder(test)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

describe("An app's configuration", () => {
  it('is read from its source, with the types in it', async (test) => {
    const text = `const name: string = 'notes'; export default { name, warm: ['/'] }`
    const folder = folderWith(test, { 'streamkeeper.config.ts': text })
    assert.deepEqual(await loadConfig(folder), { name: 'notes', warm: ['/'] })
  })

  it('is read as the build leaves it, where both are there', async (test) => {
    const folder = folderWith(test, {
      'streamkeeper.config.cjs': `exports.default = { name: 'built' }`,
      'streamkeeper.config.ts': `export default { name: 'source' }`,
    })
    assert.equal((await loadConfig(folder)).name, 'built')
  })

  it('is refused where there is none, and the next step is named', async (test) => {
    await assert.rejects(loadConfig(folderWith(test, {})), /has no streamkeeper\.config\.ts.+init/)
  })

  for (const [what, text, expected] of [
    ['has no name', '{}', /name/],
    ['has a name that no metric can have', `{ name: 'My App' }`, /name is not made of lower-case/],
    ['says what nobody reads', `{ name: 'a', migration: 'x' }`, /"migration"/],
    ['has text where a function is due', `{ name: 'a', needs: 'read' }`, /needs is no function/],
  ] as const) {
    it(`is refused where it ${what}`, async (test) => {
      const folder = folderWith(test, { 'streamkeeper.config.mjs': `export default ${text}` })
      await assert.rejects(loadConfig(folder), expected)
    })
  }
})
