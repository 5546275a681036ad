// Bundles what browsers run, `client.js`.
import { join } from 'node:path'
import { build, context } from 'esbuild'

const options = (root, folder) => ({
  entryPoints: [join(root, 'app/client/main.ts')],
  outfile: join(folder, 'client.js'),
  bundle: true,
  minify: true,
  target: 'es2022',
  logLevel: 'warning',
})

/**
 * @param {string} root where `app/` is
 * @param {string} folder where it is written
 */
export async function bundleClient(root, folder) {
  await build(options(root, folder))
}

/**
 * Bundles it anew whenever it changes, into `public/`, from where Next's development server takes it.
 * @param {string} root where `app/` and `public/` are
 * @returns {Promise<() => Promise<void>>} ends that
 */
export async function watchClient(root) {
  const watching = await context(options(root, join(root, 'public')))
  await watching.watch()
  return () => watching.dispose()
}
