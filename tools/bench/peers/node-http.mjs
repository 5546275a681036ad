// The least that a server in Node does for a visit: the app's insert with its triggers, its headers, and
// its page as it was once, with the nonce, the key of the form, and the count of each answer.
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import Sqlite from 'better-sqlite3'

const { DATABASE, ANSWER, PORT } = process.env
const { headers, page } = JSON.parse(readFileSync(ANSWER, 'utf8'))
const { 'content-security-policy': policy, ...others } = headers
const [, nonce] = /'nonce-([^']+)'/.exec(policy)
const [, key] = /name="key" value="([^"]+)"/.exec(page)
const pieces = page
  .replaceAll(nonce, '\0nonce\0')
  .replaceAll(key, '\0key\0')
  .replace(/(data-live="visits">)[^<]+/, '$1\0count\0')
  .split('\0')

const database = new Sqlite(DATABASE)
database.pragma('journal_mode = WAL')
database.pragma('synchronous = NORMAL')
const insert = database.prepare('insert into page_views (timestamp) values (?)')
const count = database.prepare('select total from page_view_count where id = 1').pluck()
const visit = database.transaction(() => {
  insert.run(new Date().toISOString())
  return count.get()
})

createServer((request, response) => {
  const values = { nonce: randomBytes(16).toString('base64'), key: randomUUID(), count: visit() }
  const isPage = request.headers.accept?.includes('text/html')
  response.writeHead(200, {
    ...others,
    'content-security-policy': policy.replace(nonce, values.nonce),
    'content-type': `text/${isPage ? 'html' : 'plain'}; charset=utf-8`,
  })
  if (isPage) response.end(pieces.map((text, at) => (at % 2 ? values[text] : text)).join(''))
  else response.end(`This server has been visited ${values.count} times.\n`)
}).listen(Number(PORT), '127.0.0.1')
