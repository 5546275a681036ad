import type { Database } from '../../../db/database.ts'

/** Makes a database so many megabytes larger, of bytes that can't be compressed. */
export function fillWith({ $client }: Database, megabytes: number): void {
  $client.exec('create table ballast (bytes blob)')
  const insert = $client.prepare('insert into ballast values (randomblob(1000000))')
  for (let megabyte = 0; megabyte < megabytes; megabyte++) insert.run()
}
