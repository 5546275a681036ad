// Which requests the app takes, as Next has built it: the server refuses the others without a page.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const reading = ['GET', 'HEAD', 'OPTIONS']

/**
 * Writes routes.json into the standalone build, for server/routes.ts.
 *
 * @param {string} root where the app and `.next/` are
 */
export async function writeRoutes(root) {
  const built = (name) => JSON.parse(readFileSync(join(root, '.next', name), 'utf8'))
  const { staticRoutes, dynamicRoutes, rewrites, redirects } = built('routes-manifest.json')
  const patterns = new Map(
    [...staticRoutes, ...dynamicRoutes].map(({ page, regex }) => [page, regex]),
  )
  const { node } = built('server/server-reference-manifest.json')
  const withActions = new Set(Object.values(node).flatMap(({ workers }) => Object.keys(workers)))

  const routes = Object.entries(built('app-path-routes-manifest.json'))
    // Next's own error pages are at no address.
    .filter(([, path]) => patterns.has(path) && !path.startsWith('/_'))
    .map(async ([file, path]) => ({
      pattern: patterns.get(path),
      ...(file.endsWith('/route')
        ? { methods: await methodsOf(root, file), takesForms: false }
        : { methods: reading, takesForms: withActions.has(`app${file}`) }),
    }))
  const all = await Promise.all(routes)
  const rewritten = [rewrites.beforeFiles, rewrites.afterFiles, rewrites.fallback].flat()
  for (const { regex, destination } of rewritten) {
    all.push({ ...behind(destination, all, root), pattern: regex })
  }
  for (const { regex } of redirects.filter(({ internal }) => !internal)) {
    all.push({ pattern: regex, methods, takesForms: true })
  }
  writeFileSync(join(root, '.next/standalone/routes.json'), `${JSON.stringify(all, null, 2)}\n`)
}

// Next answers HEAD where there is GET, and OPTIONS anywhere.
async function methodsOf(root, route) {
  const file = ['app', 'src/app']
    .flatMap((app) => ['ts', 'tsx', 'js', 'jsx'].map((end) => `${app}${route}.${end}`))
    .map((name) => join(root, name))
    .find(existsSync)
  // A picture or a text that Next serves by its name.
  if (!file) return reading
  const { metafile } = await build({ entryPoints: [file], metafile: true, write: false })
  const [output] = Object.values(metafile.outputs)
  // What `export *` stands for is not looked up.
  if (/^export \* from/m.test(readFileSync(file, 'utf8'))) return methods
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
