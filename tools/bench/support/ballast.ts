import type { Database } from '../../../db/database.ts'
import { Bucket } from '../../../e2e/support/bucket.ts'

/** Makes a database so many megabytes larger, of bytes that can't be compressed. */
export function fillWith({ $client }: Database, megabytes: number): void {
  $client.exec('create table ballast (bytes blob)')
  const insert = $client.prepare('insert into ballast values (randomblob(1000000))')
  for (let megabyte = 0; megabyte < megabytes; megabyte++) insert.run()
}

/** A bucket that holds the app's database with so many megabytes in it, or nothing at 0. */
export async function bucketWith(megabytes: number): Promise<Bucket> {
  const bucket = await Bucket.start()
  if (megabytes > 0) await bucket.seed((database) => fillWith(database, megabytes))
  return bucket
}
