import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageFolder } from '../lib/project.mjs'

// The last is what google-github-actions/auth leaves in the sources.
const ignored = ['node_modules/', '.next/', '.cache/', 'data/', 'gha-creds-*.json']

const config = 'streamkeeper.config'

/**
 * Writes what an app lacks, and changes its next.config, scripts and .gitignore.
 * @returns {Array<[file: string, what: string]>} what was done
 */
export function setUp(app) {
  const done = []
  for (const [name, text] of Object.entries(filesOf(app))) {
    if (existsSync(join(app.root, name))) continue
    writeFileSync(join(app.root, name), text)
    done.push([name, 'written'])
  }
  edit(app.nextConfig, wrapped, 'wrapped with withStreamkeeper')
  edit('package.json', withScripts, 'its scripts dev, build and start run streamkeeper')
  edit('.gitignore', withIgnored, 'what is made on this machine is ignored')
  return done

  function edit(name, change, what) {
    if (!name) return
    const file = join(app.root, name)
    const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
    const after = change(before)
    if (after === before) return
    writeFileSync(file, after)
    done.push([name, what])
  }
}

/** The files that an app is given where it has none, by name. */
export function filesOf({ root, about, migrations, nextConfig }) {
  const hasConfig = ['ts', 'mjs', 'js'].some((end) => existsSync(join(root, `${config}.${end}`)))
  return {
    ...(!hasConfig && {
      // Where the app's modules are CommonJS for Node, a .ts is, too.
      [`${config}.${about.type === 'module' ? 'ts' : 'mjs'}`]: configOf(about, migrations),
    }),
    Dockerfile: dockerfile(copiesOf(root, about)),
    '.dockerignore': template('dockerignore'),
    'litestream.yml': template('litestream.yml'),
    ...(!nextConfig && {
      'next.config.mjs':
        "import { withStreamkeeper } from 'streamkeeper/next'\n\nexport default withStreamkeeper({})\n",
    }),
  }
}

/**
 * The Dockerfile of an app.
 * @param {string[]} copies the lines that bring what `npm ci` reads
 */
export function dockerfile(copies) {
  return template('Dockerfile').replace('{{COPY}}', copies.join('\n'))
}

function template(name) {
  return readFileSync(join(packageFolder, 'templates', name), 'utf8')
}

// Packages that are files of the app have to be there when npm installs them.
function copiesOf(root, { dependencies = {}, devDependencies = {} }) {
  const packed = Object.values({ ...dependencies, ...devDependencies })
    .map((version) => /^file:(?:\.\/)?([^/]+\.tgz)$/.exec(version)?.[1])
    .filter(Boolean)
  const settings = existsSync(join(root, '.npmrc')) ? ['.npmrc'] : []
  return [`COPY ${['package.json', 'package-lock.json', ...settings, ...packed].join(' ')} ./`]
}

function configOf({ name = 'app' }, migrations) {
  const plain = name.replace(/^@[^/]*\//, '').toLowerCase()
  const valid = plain.replaceAll(/[^a-z0-9-]+/g, '-').replace(/^[^a-z]+|-+$/g, '') || 'app'
  return `import { defineConfig } from 'streamkeeper/config'

export default defineConfig({
  // The prefix of its metrics, and what its service is called unless told otherwise.
  name: '${valid.slice(0, 40)}',
  migrations: '${migrations}',
  // As before: an app that was written with a policy takes this away, or names its own directives.
  contentSecurityPolicy: false,
  // In bytes. Next's own limit of a form is 1 MB, too.
  bodyLimits: { programs: 1_000_000, forms: 1_000_000 },
})
`
}

/** A next.config whose default export goes through `withStreamkeeper`; as it was where that isn't found. */
export function wrapped(text) {
  if (/withStreamkeeper/.test(text)) return text
  const esm = /^export default /m.test(text)
  const start = esm ? /^export default /m : /^module\.exports = /m
  if (!start.test(text)) return text
  const load = esm
    ? "import { withStreamkeeper } from 'streamkeeper/next'\n"
    : "const { withStreamkeeper } = require('streamkeeper/next')\n"
  const out = esm ? 'export default' : 'module.exports ='
  const named = new RegExp(`${start.source}([\\w$]+);?[ \\t]*$`, 'm')
  return named.test(text)
    ? load + text.replace(named, `${out} withStreamkeeper($1)`)
    : `${load}${text.replace(start, 'const wrappedConfig = ').trimEnd()}\n\n${out} withStreamkeeper(wrappedConfig)\n`
}

/** A package.json whose scripts run streamkeeper in the place of Next and of drizzle-kit's migrations. */
function withScripts(text) {
  const about = JSON.parse(text)
  const before = JSON.stringify(about.scripts)
  about.scripts ??= {}
  for (const name of ['dev', 'build', 'start']) {
    about.scripts[name] = scriptOf(about.scripts[name] ?? `next ${name}`, name)
  }
  if (JSON.stringify(about.scripts) === before) return text
  const indent = /^\s+(?=")/m.exec(text)?.[0].replace('\n', '') ?? '  '
  return `${JSON.stringify(about, null, indent)}\n`
}

// The server applies the migrations, and takes its port from PORT.
function scriptOf(script, name) {
  return script
    .split('&&')
    .map((step) => step.trim())
    .filter((step) => !/^(npx )?drizzle-kit (migrate|push)\b/.test(step))
    .map((step) => (new RegExp(`^(npx )?next ${name}\\b`).test(step) ? commandOf(name) : step))
    .join(' && ')
}

function withIgnored(text) {
  const lines = text.split('\n').map((line) => line.trim().replace(/^\//, '').replace(/\/$/, ''))
  const missing = ignored.filter((name) => !lines.includes(name.replace(/\/$/, '')))
  if (missing.length === 0) return text
  const start = text && !text.endsWith('\n') ? `${text}\n` : text
  return `${start}${missing.join('\n')}\n`
}

// A service manager signals npm alone, and npm its shell, which would end without the server.
function commandOf(name) {
  return name === 'build' ? 'streamkeeper build' : `exec streamkeeper ${name}`
}
