import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { builtinModules } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { pack } from './pack.mjs'
import { root } from './project.mjs'

describe('The package as it is published', () => {
  let folder
  let installed

  before(async () => {
    // Another stage may use it at the same time.
    const tarball = process.env.TARBALL ?? (await pack(process.execPath))
    folder = await mkdtemp(join(tmpdir(), 'published-'))
    installed = join(folder, 'node_modules/streamkeeper')
    await mkdir(installed, { recursive: true })
    run('tar', '-xzf', tarball, '-C', installed, '--strip-components=1')
    for (const name of await readdir(join(root, 'node_modules'))) {
      if (name === 'streamkeeper') continue
      await symlink(join(root, 'node_modules', name), join(folder, 'node_modules', name))
    }
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  })
  after(() => rm(folder, { recursive: true }))

  function run(command, ...args) {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
    assert.equal(status, 0, `${stdout}${stderr}`)
    return stdout
  }

  it('has a command that runs, and all that the command runs', async () => {
    const { bin } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    const file = join(installed, bin.streamkeeper)
    assert.match(run(process.execPath, file, '--help'), /streamkeeper init/)
    for (const name of ['init', 'build', 'start', 'verify', 'seed', 'move', 'deploy']) {
      assert.match(run(process.execPath, file, name, '--help'), /--help/, name)
    }
  })

  it('is loaded by its doors', () => {
    const script = `
      import { defineConfig } from 'streamkeeper/config'
      import { withStreamkeeper } from 'streamkeeper/next'
      import * as streamkeeper from 'streamkeeper'
      console.log(JSON.stringify([
        defineConfig({ name: 'a' }), withStreamkeeper({}).output, Object.keys(streamkeeper).toSorted(),
      ]))`
    const [config, output, names] = JSON.parse(
      run(process.execPath, '--input-type=module', '--eval', script),
    )
    assert.deepEqual([config, output], [{ name: 'a' }, 'standalone'])
    for (const name of ['durable', 'sqlite', 'whileLeading']) assert.ok(names.includes(name), name)
  })

  it('has types', async () => {
    const text = `import { sqlite, durable, whileLeading } from 'streamkeeper'
      import { defineConfig } from 'streamkeeper/config'
      import { withStreamkeeper } from 'streamkeeper/next'
      import type { NextConfig } from 'next'
      export const next: NextConfig = withStreamkeeper({})
      export const rows: unknown[] = sqlite().prepare('SELECT 1').all()
      export const kept: Promise<void> = durable()
      export const end: () => void = whileLeading((signal) => signal.throwIfAborted())
      // @ts-expect-error It has to be a text.
      defineConfig({ name: 1 })`
    await writeFile(join(folder, 'types.ts'), text)
    const options = ['--strict', '--noEmit', '--skipLibCheck', '--target', 'esnext']
    const modules = ['--module', 'esnext', '--moduleResolution', 'bundler']
    run(join(root, 'node_modules/.bin/tsc'), ...options, ...modules, 'types.ts')
  })

  it('depends on what it imports, and on nothing else', async () => {
    const about = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'))
    const named = Object.keys({ ...about.dependencies, ...about.peerDependencies })
    const files = await readdir(installed, { recursive: true })
    const texts = files
      .filter((name) => /\.(m?js)$/.test(name))
      .map((name) => readFile(join(installed, name), 'utf8'))
    const imported = (await Promise.all(texts)).flatMap((text) =>
      [...text.matchAll(/(?:^import |from |import\()['"]([^'".][^'"]*)['"]/gm)].map(
        ([, name]) => name,
      ),
    )
    const packages = imported
      .filter((name) => /^[@a-z][\w@/.-]*$/.test(name) && !builtinModules.includes(name))
      // What init writes into an app imports the package itself.
      .filter((name) => !/^streamkeeper\b/.test(name))
      .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'))
    assert.deepEqual([...new Set(packages)].sort(), named.toSorted())
  })

  it('has no test, no source and nothing of this repository in it', async () => {
    const files = await readdir(installed, { recursive: true })
    assert.deepEqual(
      files.filter((name) => /\.test\.|(?<!\.d)\.ts$|test-support|^(app|db)\//.test(name)),
      [],
    )
    for (const name of ['README.md', 'LICENSE', 'templates/Dockerfile', 'dist/index.d.ts']) {
      assert.ok(files.includes(name), name)
    }
  })
})
