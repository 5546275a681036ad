// Builds `.next/standalone`: all that the server needs to run, and nothing else.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'
import { bundleClient } from '../../../../tools/client.mjs'
import { nameCommit } from './lib/commit.mjs'
import { writeRoutes } from './routes.mjs'

const root = join(import.meta.dirname, '../../../..')
const standalone = join(root, '.next/standalone')
const require = createRequire(import.meta.url)
process.chdir(root)

buildPages()
await writeRoutes(root)
await bundleServer()
copySqlite()
nameCommit(standalone)
for (const migrations of ['db/migrations', 'db/postgres/migrations'].filter(existsSync)) {
  cpSync(migrations, join(standalone, migrations), { recursive: true })
}
cpSync('app/style', join(standalone, 'app/style'), { recursive: true })
cpSync('public', join(standalone, 'public'), { recursive: true })
await bundleClient(root, join(standalone, 'public'))
cpSync('.next/static', join(standalone, '.next/static'), { recursive: true })

function buildPages() {
  const next = require.resolve('next/dist/bin/next')
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' }
  const { status } = spawnSync(process.execPath, [next, 'build'], { env, stdio: 'inherit' })
  if (status !== 0) process.exit(1)
}

// Takes the place of the server.js that Next writes there.
async function bundleServer() {
  await rm(join(standalone, 'chunks'), { recursive: true, force: true })
  const common = {
    outdir: standalone,
    bundle: true,
    platform: 'node',
    target: 'node26',
    external: ['next', 'better-sqlite3'],
    logLevel: 'warning',
  }
  await build({
    ...common,
    entryPoints: {
      server: 'packages/streamkeeper/src/server/start.ts',
      verify: 'packages/streamkeeper/src/operations/verify.ts',
      'migrate-worker': 'packages/streamkeeper/src/sqlite/migrate-worker.ts',
      'restore-worker': 'packages/streamkeeper/src/litestream/restore-worker.ts',
    },
    format: 'esm',
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    // Google's auth library is CommonJS, and calls it for Node's own modules.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  })
  // CommonJS, as that is what can be loaded compiled (server/compiled.ts).
  await build({
    ...common,
    entryPoints: {
      main: 'packages/streamkeeper/src/server/main.ts',
      'streamkeeper.config': 'streamkeeper.config.ts',
    },
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    define: { 'import.meta.url': 'fileUrl' },
    banner: { js: "const fileUrl = require('node:url').pathToFileURL(__filename).href;" },
    // As `require`, which finds what is compiled.
    supported: { 'dynamic-import': false },
  })
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
