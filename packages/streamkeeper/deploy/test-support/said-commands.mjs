import { spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../src/cli/lib/project.mjs'

/**
 * @typedef {object} Said
 * @property {string} where the file
 * @property {string[]} args of gcloud
 * @property {boolean} isMention whether it stands in a sentence, where arguments may be left out
 */

/** @returns {Said[]} the commands that the documents, the other ways to deploy, and messages name */
export function saidCommands() {
  return [...inDocuments(), ...inConfigurations(), ...inMessages()].flatMap(
    ({ where, script, isMention }) =>
      argumentsIn(filledIn(script)).map((args) => ({ where, args, isMention })),
  )
}

// gcloud checks the form of some values.
function filledIn(script) {
  return script
    .replaceAll(/\$\{\{[^}]*\}\}|\$\{[^}]*\}|\$[A-Z_]+\b/g, 'x')
    .replaceAll(/\bPROJECT\b/g, 'my-project')
    .replaceAll(/--project x\b/g, '--project my-project')
}

function inDocuments() {
  return read('README.md', 'docs/**/*.md').flatMap(({ where, text }) => {
    const fences = /^ *```.*\n([\s\S]*?)^ *```/gm
    const blocks = [...text.matchAll(fences)].map(([, script]) => ({
      where,
      script,
      isMention: false,
    }))
    return [...blocks, ...mentions(where, text.replaceAll(fences, ''))]
  })
}

function inConfigurations() {
  const files = [
    'packages/streamkeeper/{deploy,monitoring}/**/*.{yaml,yml,tf,json}',
    '.github/**/*.yml',
  ]
  return read(...files).flatMap(({ where, text }) => {
    const lines = text.replaceAll(/^[ \t]*#/gm, '')
    return [...lines.matchAll(/(?:^\s*|run: |")(gcloud (?:[^"\\\n]|\\\n)+)/gm)].map(
      ([, script]) => ({
        where,
        script,
        isMention: false,
      }),
    )
  })
}

// Between backticks, or on a line of its own.
function inMessages() {
  return read('{app,db,tools,packages}/**/*.{mjs,ts,tsx}')
    .filter(({ where }) => !/\.test\.|test-support/.test(where))
    .flatMap(({ where, text }) => {
      const lines = [...text.matchAll(/(?:\\n|[`'])\s+(gcloud [^\\`']+)/g)]
      return [
        ...lines.map(([, script]) => ({ where, script, isMention: true })),
        ...mentions(where, text),
      ]
    })
}

function mentions(where, text) {
  return [...text.matchAll(/`(gcloud [^`\\]+)\\?`/g)]
    .map(([, script]) => ({ where, script, isMention: true }))
    .filter(({ script }) => !script.includes('…'))
}

function read(...patterns) {
  return globSync(patterns, { cwd: root, exclude: ['**/node_modules'] }).map((where) => ({
    where,
    text: readFileSync(join(root, where), 'utf8'),
  }))
}

/**
 * What a script for a shell hands to gcloud, told by a shell that finds nothing else to run.
 * @param {string} script
 * @returns {string[][]}
 */
export function argumentsIn(script) {
  const folder = mkdtempSync(join(tmpdir(), 'script-'))
  const file = join(folder, 'recorded')
  symlinkSync(join(import.meta.dirname, 'recording-gcloud.sh'), join(folder, 'gcloud'))
  spawnSync('/bin/sh', ['-c', script], {
    cwd: folder,
    env: { PATH: folder, RECORDED: file },
    timeout: 10_000,
  })
  const recorded =
    globSync('recorded', { cwd: folder }).length > 0 ? readFileSync(file, 'utf8') : ''
  rmSync(folder, { recursive: true })
  return recorded
    .split('\n\0')
    .filter(Boolean)
    .map((call) => call.split('\0').slice(0, -1))
}
