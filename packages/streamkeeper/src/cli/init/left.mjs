import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sourceFiles } from './app.mjs'
import { filesOf } from './set-up.mjs'

/**
 * What is left to do by hand: for each thing its lines, where `-` and `+` begin a line of a file that goes,
 * and what comes in its place.
 */
export function leftToDo(app) {
  return [
    ...sourceFiles(app.root).flatMap((name) => {
      const text = read(app, name)
      return [opening(name, text), migrating(name, text)]
    }),
    instrumentation(app),
    configuration(app),
    ...scripts(app),
    ...installed(app),
    ...kept(app),
  ].filter(Boolean)
}

function read({ root }, name) {
  return readFileSync(join(root, name), 'utf8')
}

// By whatever name a module calls it; not where it takes the types alone.
const driver =
  /^(?:import(?! type\b)|const|let|var)\s+(?:\* as )?(\w+)\b.*['"]better-sqlite3['"].*$/m
const drizzle = /['"]drizzle-orm\/better-sqlite3['"]/

/** Where a module opens the database itself; null where it does not. */
export function opening(name, text) {
  const loads = driver.exec(text)
  const lines = text.split(/\r?\n/)
  const found = loads && lines.map((line) => openedIn(line, loads[1])).find(Boolean)
  if (!found) {
    if (!opensOtherwise(text, loads?.[1])) return null
    return [
      `${name} opens the database in a way that is not known here: have it use \`sqlite()\` of streamkeeper.`,
    ]
  }
  const { line, start, variable } = found
  const pragmas = lines.filter((line) =>
    new RegExp(`^${variable}\\.(pragma|exec|function|loadExtension)\\(`).test(line),
  )
  const isEsm = loads[0].startsWith('import')
  return [
    `${name} opens the database, which the server does for each request:`,
    `- ${loads[0].trimEnd()}`,
    isEsm
      ? "+ import { sqlite as connection } from 'streamkeeper'"
      : "+ const { sqlite: connection } = require('streamkeeper')",
    `- ${line}`,
    `+ ${start}connection()`,
    ...pragmas.map((line) => `- ${line}`),
  ]
}

function openedIn(line, driver) {
  const opened = new RegExp(`^((?:export )?(?:const|let) (\\w+)(?:: [\\w.]+)? = )new ${driver}\\(`)
  const [, start, variable] = opened.exec(line) ?? []
  return start && /\)\s*;?$/.test(line) ? { line, start, variable } : null
}

// What is overlooked writes to a file that nothing replicates.
function opensOtherwise(text, driver) {
  if (driver && new RegExp(`\\b${driver}\\(`).test(text)) return true
  if (!driver && /(require|import)\(\s*['"]better-sqlite3['"]/.test(text)) return true
  return (
    drizzle.test(text) &&
    /\bdrizzle\(\s*(\)|['"`]|process|[A-Z_]+\b|\w+\.|{[^}]*\bconnection\b)/.test(text)
  )
}

/** Where a module applies the migrations itself; null where it does not. */
export function migrating(name, text) {
  const [load] = /^.*['"]drizzle-orm\/better-sqlite3\/migrator['"].*$/m.exec(text) ?? []
  if (!load) return null
  const calls = text.split(/\r?\n/).filter((line) => /^migrate\(.*\)\s*;?$/.test(line))
  return [
    `${name} applies the migrations, which the server does at its start: take that away.`,
    ...[load.trimEnd(), ...calls].map((line) => `- ${line}`),
  ]
}

function instrumentation(app) {
  const { root, source } = app
  const name = ['ts', 'js']
    .map((end) => `${source}instrumentation.${end}`)
    .find((name) => existsSync(join(root, name)))
  const text = name ? read(app, name) : ''
  const hasJob = () => sourceFiles(root).some((name) => /\bwhileLeading\(/.test(read(app, name)))
  if (!/\bimport\b/.test(text) || hasJob()) return null
  return [
    `${name} runs outside of requests, where there is no connection. What it does with the database becomes a`,
    'job of the instance that leads, `whileLeading(async (signal) => { … })` of streamkeeper, which ends when',
    'the signal is aborted.',
  ]
}

function configuration(app) {
  const { nextConfig } = app
  if (!nextConfig || /withStreamkeeper/.test(read(app, nextConfig))) return null
  return [
    `${nextConfig} has no default export that is known here: put withStreamkeeper(…), of streamkeeper/next, around it.`,
  ]
}

function scripts(app) {
  const { scripts = {} } = JSON.parse(read(app, 'package.json'))
  const others = ['dev', 'build', 'start']
    .filter((name) => !scripts[name]?.includes(`streamkeeper ${name}`))
    .map((name) => [
      `The script "${name}" is "${scripts[name]}": have it run \`streamkeeper ${name}\`.`,
    ])
  const goesOn = /streamkeeper build\b.*(&&|;)/.test(scripts.build) && [
    'The script "build" goes on after `streamkeeper build`, and the Dockerfile gives it --warm at its end: move',
    'that to a script "postbuild".',
  ]
  return [...others, goesOn]
}

function installed({ root, about: { dependencies = {} } }) {
  return [
    !dependencies.streamkeeper && ['npm install streamkeeper'],
    !existsSync(join(root, 'package-lock.json')) && [
      'The Dockerfile installs with npm, by a package-lock.json, and there is none: change its line `npm ci`.',
    ],
  ]
}

// Another's that does not do it would be found out only on Cloud Run.
function kept(app) {
  const ignored = read(app, '.dockerignore')
  return [
    !/^\/?(data\/?|\*)\s*$/m.test(ignored) && [
      '.dockerignore was there, and was left: add a line `data`, where the data and a key of this machine are.',
    ],
    ...oddFiles(app),
  ]
}

function oddFiles(app) {
  return Object.entries(filesOf(app))
    .filter(([name]) => name === 'Dockerfile' || name === 'litestream.yml')
    .filter(([name]) => !/litestream|control|socket/.test(read(app, name)))
    .map(([name]) => [
      `${name} was there, and was left: node_modules/streamkeeper/templates/${name} is what the server needs.`,
    ])
}
