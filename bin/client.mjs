// Bundles what browsers run, `public/client.js`.
import { join } from 'node:path'
import { build, context } from 'esbuild'

const options = (root) => ({
  entryPoints: [join(root, 'app/client/main.ts')],
  outfile: join(root, 'public/client.js'),
  bundle: true,
  minify: true,
  target: 'es2022',
  logLevel: 'warning',
})

/** @param {string} root where `app/` and `public/` are */
export async function bundleClient(root) {
  await build(options(root))
}

/**
 * Bundles it anew whenever it changes.
 * @param {string} root where `app/` and `public/` are
 * @returns {Promise<() => Promise<void>>} ends that
 */
export async function watchClient(root) {
  const watching = await context(options(root))
  await watching.watch()
  return () => watching.dispose()
}
