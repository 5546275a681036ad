// Which requests the app takes, as Next has built it: the server refuses the others without a page.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const reading = ['GET', 'HEAD', 'OPTIONS']
const anything = { methods, takesForms: true }

/**
 * Writes routes.json into the standalone build, for server/routes.ts: in the order in which Next looks for them,
 * as `/[slug]` is also where `/webhook` is.
 * @param {string} root where the app and `.next/` are
 */
export async function writeRoutes(root) {
  const built = (name) => JSON.parse(readFileSync(join(root, '.next', name), 'utf8'))
  const { staticRoutes, dynamicRoutes, rewrites, redirects } = built('routes-manifest.json')
  const byPath = await routesByPath(root, built)
  const known = (routes) =>
    routes.flatMap(({ page, regex }) =>
      byPath.has(page) ? [{ ...byPath.get(page), pattern: regex }] : [],
    )
  const [fixed, dynamic] = [known(staticRoutes), known(dynamicRoutes)]
  const rewritten = (rules) =>
    rules.map((rule) => ({ ...behind(rule, [...fixed, ...dynamic], root), pattern: rule.regex }))
  const all = [
    ...redirects
      .filter(({ internal }) => !internal)
      .map(({ regex }) => ({ ...anything, pattern: regex })),
    ...rewritten(rewrites.beforeFiles),
    ...fixed,
    ...rewritten(rewrites.afterFiles),
    ...dynamic,
    ...rewritten(rewrites.fallback),
    ...(hasProxy(built) ? [{ ...anything, pattern: '^/' }] : []),
  ]
  writeFileSync(join(root, '.next/standalone/routes.json'), `${JSON.stringify(all, null, 2)}\n`)
}

// Several files may be at one path: a page, and what stands beside it.
async function routesByPath(root, built) {
  const { node } = built('server/server-reference-manifest.json')
  const withActions = new Set(Object.values(node).flatMap(({ workers }) => Object.keys(workers)))
  const byPath = new Map()
  for (const [file, path] of Object.entries(built('app-path-routes-manifest.json'))) {
    // Next's own error pages are at no address.
    if (path.startsWith('/_')) continue
    const takesForms = withActions.has(`app${file}`) || byPath.get(path)?.takesForms === true
    byPath.set(
      path,
      file.endsWith('/route') ? await handlerAt(root, file) : { methods: reading, takesForms },
    )
  }
  return byPath
}

// What stands before all routes may answer, or send elsewhere, whatever it likes.
function hasProxy(built) {
  const inManifest = (name) => {
    try {
      return built(`server/${name}.json`)
    } catch {
      return {}
    }
  }
  const { middleware = {} } = inManifest('middleware-manifest')
  const { functions = {} } = inManifest('functions-config-manifest')
  return Object.keys(middleware).length > 0 || '/_middleware' in functions
}

// Next answers HEAD where there is GET, and OPTIONS anywhere.
async function handlerAt(root, route) {
  const file = sourceOf(root, route)
  // A picture or a text that Next serves by its name.
  if (!file) return { methods: reading, takesForms: false }
  const unknown = { methods, takesForms: false, answersOptions: true }
  // What `export *` stands for is not looked up.
  if (/^export \* from/m.test(readFileSync(file, 'utf8'))) return unknown
  const { metafile } = await build({ entryPoints: [file], metafile: true, write: false })
  const [output] = Object.values(metafile.outputs)
  const exported = new Set(output.exports)
  // CommonJS.
  if (!methods.some((method) => exported.has(method))) return unknown
  const answersOptions = exported.has('OPTIONS')
  exported.add('OPTIONS')
  if (exported.has('GET')) exported.add('HEAD')
  return {
    methods: methods.filter((method) => exported.has(method)),
    takesForms: false,
    ...(answersOptions && { answersOptions }),
  }
}

// With any ending that the configuration may name.
function sourceOf(root, route) {
  for (const app of ['app', 'src/app']) {
    const folder = join(root, app, dirname(route))
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) continue
    const name = readdirSync(folder).find((name) =>
      /^route(\.(?!test|spec)\w+)*\.[cm]?[jt]sx?$/.test(name),
    )
    if (name) return join(folder, name)
  }
  return null
}

// Of those with conditions it isn't known here whether they apply.
function behind({ destination, has, missing }, routes, root) {
  if (has || missing) return anything
  if (existsSync(join(root, 'public', destination))) return { methods: reading, takesForms: false }
  const route = routes.find(({ pattern }) => new RegExp(pattern).test(destination))
  // Another server, or a route that only the request names.
  return route ?? anything
}
