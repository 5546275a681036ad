import { expect, test } from './support/test.ts'

const visit = async (url: string) => (await fetch(url)).text()

test("the original sample's visits are taken over, whatever their time", async ({
  bucket,
  start,
}) => {
  await bucket.seed(({ $client }) => {
    const tables = $client.prepare(
      `select name from sqlite_master where type = 'table' and name not like 'sqlite%'`,
    )
    for (const name of tables.pluck().all()) $client.exec(`drop table "${name}"`)
    $client.exec(`create table page_views (id integer primary key, timestamp text);
      insert into page_views (timestamp)
        values ('2021-01-01T01:00:00+02:00'), (null), ('soon'), ('2021-01-01T00:00:00Z')`)
  })
  const app = await start()
  await app.ready()
  expect(await visit(app.url)).toContain('visited 5 times')
  expect(await app.logs()).toContain('Applied 0000_first.sql')
  expect(await app.stop()).toBe(0)

  const next = await start()
  await next.ready()
  expect(await visit(next.url)).toContain('visited 6 times')
})

test('a counter that stood still goes on, with what it missed', async ({ bucket, start }) => {
  await bucket.seed(({ $client }) => {
    $client.exec(`drop trigger page_views_counted;
      insert into page_views (timestamp) values ('2026-01-01T00:00:00Z'), ('2026-01-01T00:00:01Z')`)
  })
  const app = await start()
  await app.ready()
  expect(await visit(app.url)).toContain('visited 3 times')
  expect(await app.logs()).toContain('page_views_counted were missing or changed')
})
