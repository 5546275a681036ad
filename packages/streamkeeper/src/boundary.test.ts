import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, it } from 'node:test'

const root = join(import.meta.dirname, '../../..')
const machine = 'packages/streamkeeper'
const code = /\.(ts|tsx|mjs|js)$/
const imports = /(?:from|import)\s*\(?\s*'(\.[^']+|streamkeeper[^']*)'/g

// What the sample is about. An entry of a list, a folder or a zip file is none of it.
const nouns =
  /visit(?!or|ing)|guestbook|moderat|page_?views|\bentries\b(?=[`'"])|\/api\/entries|\bentry (?:id|key|form)/i

/** The files below some folders, from the top. */
function filesIn(...patterns: string[]): string[] {
  const exclude = (path: string) => /node_modules|\.next|\.cache/.test(path)
  return globSync(patterns, { cwd: root, exclude }).filter((path) => code.test(path))
}

function textOf(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** What a file imports, from the top where it is a file, by its name where it is the package. */
function importsOf(path: string): string[] {
  return [...textOf(path).matchAll(imports)].map(([, name = '']) =>
    name.startsWith('.') ? relative(root, resolve(root, dirname(path), name)) : name,
  )
}

function isTest(path: string): boolean {
  return /\.test\.|(^|\/)test-|-test-support|\/fixtures\//.test(path)
}

describe('The package', () => {
  const own = filesIn(`${machine}/**/*`)

  it('imports nothing of the app that it serves here', () => {
    const up = own.flatMap((path) =>
      importsOf(path)
        .filter((name) => /^(app|db|e2e|tools|streamkeeper\.config)\b/.test(name))
        .map((name) => `${path}: ${name}`),
    )
    assert.deepEqual(up, [])
  })

  it('has no word of what that app is about', () => {
    const named = globSync(`${machine}/**/*`, { cwd: root, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(root, join(entry.parentPath, entry.name)))
      .filter((path) => !isTest(path) && !/node_modules|\.next|\.cache/.test(path))
      .flatMap((path) =>
        textOf(path)
          .split('\n')
          .flatMap((line, index) =>
            nouns.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
          ),
      )
    assert.deepEqual(named, [])
  })
})

describe('The doors of the package', () => {
  it('are all in what is published', () => {
    const { exports } = JSON.parse(textOf(`${machine}/package.json`))
    const { files } = JSON.parse(textOf(`${machine}/tsconfig.json`))
    const doors = Object.values<string>(exports).map((door) => door.replace('./', ''))
    assert.deepEqual(
      doors.filter((door) => !files.includes(door)),
      [],
    )
  })
})

describe('The app', () => {
  it('imports the package by its doors alone', () => {
    const { exports } = JSON.parse(textOf(`${machine}/package.json`))
    const doors = Object.keys(exports).map((name) => join('streamkeeper', name))
    const deep = filesIn('app/**/*', 'db/**/*', '*.ts', '*.mjs').flatMap((path) =>
      importsOf(path)
        .filter((name) => name.startsWith(machine) || /^streamkeeper\b(?!\.config)/.test(name))
        .filter((name) => !doors.includes(name))
        .map((name) => `${path}: ${name}`),
    )
    assert.deepEqual(deep, [])
  })
})
