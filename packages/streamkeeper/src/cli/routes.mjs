// Which requests the app takes, as Next has built it: the server refuses the others without a page.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const reading = ['GET', 'HEAD', 'OPTIONS']

/**
 * Writes routes.json into the standalone build, for server/routes.ts.
 *
 * @param {string} root where `app/` and `.next/` are
 */
export async function writeRoutes(root) {
  const built = (name) => JSON.parse(readFileSync(join(root, '.next', name), 'utf8'))
  const { staticRoutes, dynamicRoutes, rewrites } = built('routes-manifest.json')
  const patterns = [...staticRoutes, ...dynamicRoutes].map(({ page, regex }) => [page, regex])
  const { node } = built('server/server-reference-manifest.json')
  const withActions = new Set(Object.values(node).flatMap(({ workers }) => Object.keys(workers)))

  const routes = Object.entries(built('app-path-routes-manifest.json'))
    // Next's own error pages are at no address.
    .filter(([, path]) => !path.startsWith('/_'))
    .map(async ([file, path]) => ({
      pattern: new Map(patterns).get(path),
      ...(file.endsWith('/route')
        ? { methods: await methodsOf(join(root, 'app', file)), takesForms: false }
        : { methods: reading, takesForms: withActions.has(`app${file}`) }),
    }))
  const all = await Promise.all(routes)
  const rewritten = [rewrites.beforeFiles, rewrites.afterFiles, rewrites.fallback].flat()
  for (const { regex, destination } of rewritten) {
    all.push({ ...behind(destination, all, root), pattern: regex })
  }
  writeFileSync(join(root, '.next/standalone/routes.json'), `${JSON.stringify(all, null, 2)}\n`)
}

// Next answers HEAD where there is GET, and OPTIONS anywhere.
async function methodsOf(name) {
  const file = ['ts', 'tsx', 'js', 'jsx'].map((end) => `${name}.${end}`).find(existsSync)
  const { metafile } = await build({ entryPoints: [file], metafile: true, write: false })
  const [output] = Object.values(metafile.outputs)
  const exported = new Set([...output.exports, 'OPTIONS'])
  if (exported.has('GET')) exported.add('HEAD')
  return methods.filter((method) => exported.has(method))
}

function behind(destination, routes, root) {
  if (existsSync(join(root, 'public', destination))) return { methods: reading, takesForms: false }
  const route = routes.find(({ pattern }) => new RegExp(pattern).test(destination))
  // Another server, or a route that only the request names.
  return route ?? { methods, takesForms: true }
}
