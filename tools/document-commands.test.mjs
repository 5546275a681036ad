import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { deploy } from '../packages/streamkeeper/deploy/gcloud/deploy.mjs'
import { logs } from '../packages/streamkeeper/deploy/gcloud/logs.mjs'
import { teardown } from '../packages/streamkeeper/deploy/gcloud/teardown.mjs'
import { root } from './lib/project.mjs'

const programs = { deploy, logs, teardown }
const meant = [
  ['PROJECT', 'my-project'],
  ['REGION', 'europe-west1'],
  ['BUCKET', 'my-bucket'],
  ['NAME', 'my-secret'],
]
const commandLine = /^ *(?:npm run|npx streamkeeper) (deploy|logs|teardown)(?: --)? ([^…\n]+)$/gm
const noProject = new Error('There is no project here.')
// The first thing after the arguments were read is to ask gcloud.
const means = {
  app: async () => ({ name: 'visits' }),
  print: () => {},
  say: () => {},
  now: () => 0,
  signal: new AbortController().signal,
  run: () => Promise.reject(noProject),
}

describe('Commands in the documents', () => {
  for (const { document, command, program, args } of commandsOfDocuments()) {
    it(`are understood: ${command}, in ${document}`, async () => {
      await assert.rejects(program(args, means), noProject)
    })
  }
})

function commandsOfDocuments() {
  return globSync('{.,docs/**,packages/*}/*.md', { cwd: root }).flatMap((document) => {
    const text = readFileSync(join(root, document), 'utf8').replaceAll('\\\n', ' ')
    const lines = [...text.matchAll(commandLine)]
    return lines.map(([command, name, written]) => {
      const filledIn = meant.reduce((line, [from, to]) => line.replaceAll(from, to), written)
      return { document, command, program: programs[name], args: filledIn.trim().split(/ +/) }
    })
  })
}
