import type { Outcome } from '../operations/command.ts'
import type { Seeded } from '../operations/seed-epoch.ts'
import { epochInWords, pairsInWords, tableInWords, timeInWords } from '../operations/words.ts'
import type { Synchronised } from './synchronise.ts'

type FromBucket = Synchronised & { changedAt: string | null }
type FromPostgres = Synchronised & { moment: Date }

/** The bucket was copied, and people go on writing there. */
export function copied(done: FromBucket, bucket: string, database: string): Outcome {
  return {
    ...{ ok: true, facts: { ...factsOf(done), switched: false } },
    words: `${database} has what ${bucket} had.\n${whatWasDone(done, momentOf(done))}

What is written from now on stays in the bucket alone. When the new service may take over, run the same command with --switch: it stops who writes, and copies only what changed.`,
  }
}

/** PostgreSQL has all of it, and nobody writes to the bucket. */
export function onPostgres(
  done: FromBucket,
  bucket: string,
  database: string,
  service: string,
  app: string,
): Outcome {
  const secret = `${service}-database-url`
  const next = !bucket.startsWith('gs://')
    ? '  DATABASE_URL=postgres://USER:PASSWORD@HOST:PORT/DATABASE npm start'
    : `  gcloud secrets create ${secret} --data-file - --project PROJECT
  npx streamkeeper deploy --project PROJECT --region REGION${serviceOption(service, app)} --database-url-secret ${secret}

The first wants the URL, and Ctrl-D; leave it out where the secret is there. docs/deploy.md
has the options for Cloud SQL and private networks.`
  return {
    ...{ ok: true, facts: { ...factsOf(done), switched: true } },
    words: `Nobody writes to ${bucket}, and ${database} has all of it.\n${whatWasDone(done, momentOf(done))}

Now start the app on PostgreSQL:

${next}

People can read meanwhile; who writes is told to try again. Press Ctrl-C here when the new service answers: until then nobody can write to the bucket.`,
  }
}

/** PostgreSQL was copied to a file, and people go on writing there. */
export function inFile(
  done: FromPostgres,
  database: string,
  bucket: string,
  file: string,
): Outcome {
  return {
    ...{ ok: true, facts: { ...factsOf(done), file, switched: false } },
    words: `${file} has what ${database} had; ${bucket} is as it was.\n${whatWasDone(done, timeInWords(done.moment.getTime()))}

What is written from now on stays in PostgreSQL alone. When the new service may take over, run the same command with --switch: it stops who writes, copies only what changed, and brings the file into the bucket.`,
  }
}

/** The bucket has all of it, and nobody writes to PostgreSQL. */
export function inBucket(
  done: FromPostgres,
  { epoch, before, hadData }: Seeded,
  database: string,
  bucket: string,
  service: string,
  app: string,
): Outcome {
  const [, name, path] = /^gs:\/\/([^/]+)\/?(.*)$/.exec(bucket) ?? []
  const pathOption = path === app ? '' : ` --path ${path}`
  const next = name
    ? `  npx streamkeeper deploy --project PROJECT --region REGION${serviceOption(service, app)} --bucket ${name}${pathOption}`
    : `  REPLICA_URL=${bucket} npm start`
  const old = hadData && before > 0 ? `\nbefore   ${epochInWords(before)} has the data before` : ''
  return {
    ...{ ok: true, facts: { ...factsOf(done), epoch, switched: true } },
    words: `Nobody writes to ${database}, and ${bucket} has all of it; it was restored from there and compared.\n${whatWasDone(done, timeInWords(done.moment.getTime()))}
epoch    ${epochInWords(epoch)}${old}

Now start the app on the bucket:

${next}

People can read meanwhile; who writes waits for 5 s, and is told to try again. Press Ctrl-C here when the new service answers: until then nobody can write to PostgreSQL.`,
  }
}

// The commands take the app's name for it unless told otherwise.
function serviceOption(service: string, app: string): string {
  return service === app ? '' : ` --service ${service}`
}

function momentOf({ changedAt }: FromBucket): string {
  return changedAt ? `${changedAt}, the newest change in the bucket` : 'the newest in the bucket'
}

function factsOf(done: FromBucket | FromPostgres): Record<string, unknown> {
  return { ...done }
}

function whatWasDone({ tables, all, blocks, put, removed }: Synchronised, moment: string): string {
  const count = (rows: number) => rows.toLocaleString('en-US')
  const rows = tables.map((table) => [table.name, count(table.rows), table.checksum.slice(0, 16)])
  return `${tableInWords([['table', 'rows', 'SHA-256 on both sides'], ...rows])}

${pairsInWords([
  ['moment', moment],
  ['changed', `${count(put)} rows brought, ${count(removed)} removed, in ${blocks} blocks`],
  ['equal', `${count(all.rows)} rows`],
])}`
}
