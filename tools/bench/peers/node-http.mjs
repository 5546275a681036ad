// The least that a server in Node can do for a visit: no pages, no replication.
import { createServer } from 'node:http'
import Sqlite from 'better-sqlite3'

const database = new Sqlite(process.env.DATABASE)
database.pragma('journal_mode = WAL')
database.pragma('synchronous = NORMAL')
database.exec(`
  create table if not exists page_views (id integer primary key, timestamp text not null);
  create table if not exists page_view_count (id integer primary key, total integer not null);
  insert or ignore into page_view_count select 1, count(*) from page_views;`)
const insert = database.prepare('insert into page_views (timestamp) values (?)')
const count = database.prepare(
  'update page_view_count set total = total + 1 where id = 1 returning total',
)
const visit = database.transaction(() => {
  insert.run(new Date().toISOString())
  return count.pluck().get()
})

createServer((_, response) => {
  response.end(`This server has been visited ${visit()} times.\n`)
}).listen(Number(process.env.PORT), '127.0.0.1')
