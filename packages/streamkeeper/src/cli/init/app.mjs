import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @typedef {object} App an app that may be set up
 * @property {string} root
 * @property {Record<string, any>} about its package.json
 * @property {string} source where `app/` is: `src/`, or nothing
 * @property {string | null} nextConfig the name of its next.config
 * @property {string} migrations the folder of drizzle-kit's
 */

const endings = ['ts', 'mts', 'mjs', 'js', 'cjs']
const otherDatabases = ['pg', 'postgres', 'mysql2', '@libsql/client', '@prisma/client', 'mongoose']
const least = { next: 16, 'better-sqlite3': 13 }

/**
 * Looks at the app in a folder.
 * @returns {{app: App, refusals: string[]}} `refusals` say why it can't be set up, and what to do
 */
export function existingApp(root) {
  const file = join(root, 'package.json')
  const about = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  const has = (name) => existsSync(join(root, name))
  const source = has('src/app') ? 'src/' : ''
  const find = (name) => endings.map((end) => `${name}.${end}`).find(has) ?? null
  const nextConfig = find('next.config')
  const app = { root, about, source, nextConfig, migrations: migrationsOf(root, find) }
  const installed = { ...about.dependencies, ...about.devDependencies }
  if (!installed.next) return { app, refusals: [`${root} has no package.json that names next.`] }
  return {
    app,
    refusals: [
      ...databaseRefusals(installed, has, app.migrations),
      ...versionRefusals(root, installed),
      ...pagesRefusals(root, source, has),
      ...configRefusals(root, nextConfig),
    ],
  }
}

/** The files of an app that are its own sources. */
export function sourceFiles(root, folder = '') {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = join(folder, entry.name)
    if (entry.isDirectory()) {
      // `src/data` is the app's, and `data` is what it has written.
      return /^(node_modules|.*\/node_modules|(.*\/)?\.[^/]*|data|public)$/.test(name)
        ? []
        : sourceFiles(root, name)
    }
    return /\.(m|c)?(t|j)sx?$/.test(name) && !/\.(test|spec)\.|\.d\.ts$/.test(name) ? [name] : []
  })
}

function databaseRefusals(installed, has, migrations) {
  if (!installed['better-sqlite3']) {
    const other = otherDatabases.find((name) => installed[name])
    return [
      `The data has to be in SQLite, through better-sqlite3${other ? `: this app uses ${other}` : ''}.`,
    ]
  }
  if (has(join(migrations, 'meta/_journal.json'))) return []
  return [
    `${migrations} has no migrations of drizzle-kit: write them with \`npx drizzle-kit generate\`, and run this again.`,
  ]
}

function versionRefusals(root, installed) {
  return Object.entries(least).flatMap(([name, major]) => {
    const file = join(root, 'node_modules', name, 'package.json')
    const version = existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8')).version
      : (installed[name] ?? '').replace(/^[^\d]*/, '')
    return Number.parseInt(version, 10) < major
      ? [`${name} is ${version}, and has to be ${major} or newer: npm install ${name}@${major}.`]
      : []
  })
}

function pagesRefusals(root, source, has) {
  if (!has(`${source}app`)) return ['There is no folder app: only the App Router is known here.']
  const refusals = ['pages', 'src/pages']
    .filter(has)
    .map((name) => `${name} has pages of the Pages Router: move them to ${source}app.`)
  for (const name of sourceFiles(root)) {
    const text = readFileSync(join(root, name), 'utf8')
    if (/^export const runtime = ['"](experimental-)?edge['"]/m.test(text)) {
      refusals.push(`${name} runs on the edge runtime, where there is no SQLite: take that away.`)
    }
  }
  return refusals
}

function configRefusals(root, name) {
  const text = name ? readFileSync(join(root, name), 'utf8') : ''
  return [
    [/\boutput:\s*['"]export['"]/, 'exports static pages: there is no server that could write'],
    [/\bdistDir:/, 'has a distDir: the server looks for .next'],
    [/\bbasePath:/, 'has a basePath: the server knows its routes only without'],
  ].flatMap(([pattern, words]) => (pattern.test(text) ? [`${name} ${words}. Take that away.`] : []))
}

// drizzle-kit's own default is `drizzle`.
function migrationsOf(root, find) {
  const config = find('drizzle.config')
  const text = config ? readFileSync(join(root, config), 'utf8') : ''
  return (/\bout:\s*['"](?:\.\/)?([^'"]+?)\/?['"]/.exec(text)?.[1] ?? 'drizzle').trim()
}
