import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { withActionsKey } from './lib/actions-key.mjs'
import { readArguments } from './lib/arguments.mjs'
import { nameCommit } from './lib/commit.mjs'
import { leaveOutEdgeRuntime } from './lib/edge-runtime.mjs'
import { Failure } from './lib/failure.mjs'
import { litestream } from './lib/litestream.mjs'
import { node } from './lib/node.mjs'
import { onPath } from './lib/on-path.mjs'
import { moduleFile, root } from './lib/project.mjs'
import { handOver } from './lib/run.mjs'

const help = `Builds the app into .next/standalone: all that its server needs, and nothing else. Fetches Litestream
if there is none, unless DATABASE_URL is set.

  streamkeeper build
  streamkeeper build --warm

  --warm   run it once, so that its starts need not compile; needs Litestream on the PATH
  --help   print this`

const standalone = join(root, '.next/standalone')
const require = createRequire(join(root, 'package.json'))

export async function build() {
  const options = readArguments(process.argv.slice(2), { warm: { type: 'boolean' } })
  if (options.help) {
    console.log(help)
    return
  }
  const own = await node()
  if (own !== process.execPath) {
    const args = [process.argv[1], 'build', ...process.argv.slice(2)]
    process.exitCode = await handOver(own, args, onPath([own]))
    return
  }
  const { configFile, loadConfig } = await import(pathToFileURL(moduleFile('load-config')).href)
  const config = await loadConfig(root)
  buildPages()
  leaveOutEdgeRuntime(root)
  await (await import('./lib/routes.mjs')).writeRoutes(root)
  await bundleServer(configFile(root))
  copySqlite()
  markAsModules()
  nameCommit(standalone)
  copy(config.migrations ?? 'db/migrations', '.next/static', 'public')
  if (config.postgres) copy(config.postgres.migrations)
  writePublicFiles()
  if (options.warm) await (await import('./lib/warm.mjs')).warm(config.warm)
  // The user of a service may have no right to put it there.
  else if (!process.env.DATABASE_URL) await litestream()
}

function buildPages() {
  const next = require.resolve('next/dist/bin/next')
  const env = withActionsKey({ ...process.env, NEXT_TELEMETRY_DISABLED: '1' })
  const { status } = spawnSync(process.execPath, [next, 'build'], { env, stdio: 'inherit' })
  if (status !== 0) throw new Failure('The build of the pages failed.')
  if (!existsSync(join(standalone, 'server.js'))) {
    throw new Failure(
      'Next has built no .next/standalone: wrap the configuration in next.config with withStreamkeeper.',
    )
  }
}

// Takes the place of the server.js that Next writes there.
async function bundleServer(config) {
  const { build } = await import('esbuild')
  await rm(join(standalone, 'chunks'), { recursive: true, force: true })
  const common = {
    outdir: standalone,
    bundle: true,
    platform: 'node',
    target: 'node26',
    // Whoever has `pg` installed uses PostgreSQL.
    external: ['next', 'better-sqlite3', ...(isInstalled('pg') ? [] : ['pg'])],
    // Names stay, and lines that a stack trace can show.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit: 160,
    logLevel: 'warning',
  }
  await build({
    ...common,
    entryPoints: {
      server: moduleFile('server/start'),
      verify: moduleFile('operations/verify'),
      'migrate-worker': moduleFile('sqlite/migrate-worker'),
      'restore-worker': moduleFile('litestream/restore-worker'),
    },
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // Google's auth library is CommonJS, and calls it for Node's own modules.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  })
  // One bundle, or what both import would be loaded, and would run, twice. CommonJS, as that is what can
  // be loaded compiled (server/compiled.ts).
  await build({
    ...common,
    stdin: {
      contents: `
        exports.main = () => require(${JSON.stringify(moduleFile('main'))})
        exports.config = () => require(${JSON.stringify(config)})`,
      resolveDir: root,
      sourcefile: 'bundle.cjs',
    },
    entryNames: 'bundle',
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    define: { 'import.meta.url': 'fileUrl', 'import.meta.dirname': '__dirname' },
    banner: { js: "const fileUrl = require('node:url').pathToFileURL(__filename).href;" },
    // As `require`, which finds what is compiled.
    supported: { 'dynamic-import': false },
  })
  const partOfBundle = (name) => `module.exports = require('./bundle.cjs').${name}()\n`
  writeFileSync(join(standalone, 'main.cjs'), partOfBundle('main'))
  writeFileSync(join(standalone, 'streamkeeper.config.cjs'), partOfBundle('config'))
}

// Of an app without a "type", Node would read the server twice, with a warning; as "commonjs" it could not
// read it. What Next has built has a package.json of its own.
function markAsModules() {
  const file = join(standalone, 'package.json')
  const about = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, `${JSON.stringify({ ...about, type: 'module' }, null, 2)}\n`)
}

function isInstalled(name) {
  try {
    require.resolve(name)
    return true
  } catch {
    return false
  }
}

// Next traces what the pages import, and only the server imports better-sqlite3. Of its prebuilt
// binaries one is for this platform.
function copySqlite() {
  const source = dirname(require.resolve('better-sqlite3/package.json'))
  const target = join(standalone, 'node_modules/better-sqlite3')
  for (const file of [
    'package.json',
    'lib',
    `prebuilds/${process.platform}-${process.arch}.node`,
  ]) {
    cpSync(join(source, file), join(target, file), { recursive: true })
  }
}

function copy(...names) {
  for (const name of names.filter((name) => existsSync(join(root, name)))) {
    cpSync(join(root, name), join(standalone, name), { recursive: true })
  }
}

// The paths that need neither a page nor the database, also those that are rewritten to one.
function writePublicFiles() {
  const folder = join(standalone, 'public')
  const entries = existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
    : []
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length))
  const manifest = join(standalone, '.next/routes-manifest.json')
  const { rewrites } = JSON.parse(readFileSync(manifest, 'utf8'))
  const rewritten = [rewrites.beforeFiles, rewrites.afterFiles, rewrites.fallback]
    .flat()
    // With a condition, something else may be there.
    .filter(({ destination, has, missing }) => !has && !missing && files.includes(destination))
    .map(({ source }) => source)
  const all = [...files, ...rewritten].sort()
  writeFileSync(join(standalone, 'public-files.json'), `${JSON.stringify(all, null, 2)}\n`)
}
