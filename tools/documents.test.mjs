import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, it } from 'node:test'
import { deploy } from '../packages/streamkeeper/deploy/gcloud/deploy.mjs'
import { logs } from '../packages/streamkeeper/deploy/gcloud/logs.mjs'
import { teardown } from '../packages/streamkeeper/deploy/gcloud/teardown.mjs'
import { root } from './lib/project.mjs'

const documents = globSync('{.,docs/**,packages/*}/*.md', { cwd: root }).map((name) => {
  const text = readFileSync(join(root, name), 'utf8')
  const prose = text.replaceAll(/^ *```[\s\S]*?^ *```/gm, '')
  const anchors = [...prose.matchAll(/^#+ (.+)$/gm)].map(([, title]) => anchor(title))
  return { name, text, prose, anchors }
})

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

describe('Links in the documents', () => {
  for (const { name, prose } of documents) {
    it(`lead somewhere in ${name}`, () => {
      const found = prose.matchAll(/\]\(([^)\s]+)\)|\b(?:src|srcset)="([^"]+)"/g)
      const links = [...found].map(([, link, picture]) => link ?? picture)
      assert.deepEqual(
        links.filter((link) => !leadsSomewhere(link, name)),
        [],
      )
    })
  }
})

describe('Commands in the documents', () => {
  it('name benches that are there', () => {
    const named = documents.flatMap(({ text }) => [...text.matchAll(/run bench -- ([a-z-]+)/g)])
    const benches = new Set(named.map(([, name]) => name))
    assert.ok(benches.size > 10)
    assert.deepEqual(
      [...benches].filter((name) => !existsSync(join(root, `tools/bench/${name}.ts`))),
      [],
    )
  })

  for (const { document, command, program, args } of commandsOfDocuments()) {
    it(`are understood: ${command}, in ${document}`, async () => {
      await assert.rejects(program(args, means), noProject)
    })
  }
})

function commandsOfDocuments() {
  return documents.flatMap(({ name: document, text }) => {
    const lines = [...text.replaceAll('\\\n', ' ').matchAll(commandLine)]
    return lines.map(([command, name, written]) => {
      const filledIn = meant.reduce((line, [from, to]) => line.replaceAll(from, to), written)
      return { document, command, program: programs[name], args: filledIn.trim().split(/ +/) }
    })
  })
}

function leadsSomewhere(link, from) {
  if (/^https?:/.test(link)) return true
  const [path, fragment] = link.split('#')
  const to = path ? normalize(join(dirname(from), path)) : from
  const document = documents.find(({ name }) => name === to)
  return document && fragment ? document.anchors.includes(fragment) : existsSync(join(root, to))
}

// As GitHub makes it of a title.
function anchor(title) {
  return title
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, '')
    .replaceAll(' ', '-')
}
