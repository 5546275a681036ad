import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { describe, it } from 'node:test'
import { root } from './lib/project.mjs'

const documents = globSync('{.,docs/**,packages/*}/*.md', { cwd: root }).map((name) => {
  const text = readFileSync(join(root, name), 'utf8').replaceAll(/^ *```[\s\S]*?^ *```/gm, '')
  return {
    name,
    text,
    anchors: [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) => anchor(title)),
  }
})

describe('Links in the documents', () => {
  for (const { name, text } of documents) {
    it(`lead somewhere in ${name}`, () => {
      const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link)
      assert.deepEqual(
        links.filter((link) => !leadsSomewhere(link, name)),
        [],
      )
    })
  }
})

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
