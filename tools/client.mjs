// Bundles what browsers run into `public/client.js`.
import { join } from 'node:path'
import { build, context } from 'esbuild'

const root = join(import.meta.dirname, '..')
const options = {
  entryPoints: [join(root, 'app/client/main.ts')],
  outfile: join(root, 'public/client.js'),
  bundle: true,
  minify: true,
  target: 'es2022',
  logLevel: 'warning',
}

if (process.argv[1] === import.meta.filename) await build(options)

/**
 * Bundles it anew whenever it changes.
 * @returns {Promise<() => Promise<void>>} ends that
 */
export async function watchClient() {
  const watching = await context(options)
  await watching.watch()
  return () => watching.dispose()
}
