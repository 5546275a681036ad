import { resolve } from 'node:path'
import { Client } from 'pg'
import { z } from 'zod'
import { type Context, defineCommand, main, WrongArguments } from '../operations/command.ts'
import { naming } from '../operations/errors.ts'
import { loadApp } from '../operations/load-app.ts'
import { seconds } from '../operations/values.ts'
import { openStore } from '../stores/open-store.ts'
import { parseReplicaUrl, type ReplicaUrl } from '../stores/replica-url.ts'
import type { Wanted } from './moving.ts'
import { operatorErrorOf } from './operator-error.ts'

const help = `Copies the data of a running app from the bucket to PostgreSQL, or back.

  npx streamkeeper move --to postgres://…   [--from gs://BUCKET/PATH] [options]
  npx streamkeeper move --from postgres://… [--to gs://BUCKET/PATH] [options]

It copies what differs and compares all of it, so it can be interrupted at any moment and run again.
The app goes on meanwhile, and what it writes after that moment is not copied, until --switch.

  --from, --to     where the data is, and where it is to be. One is a PostgreSQL database:
                   postgres://USER:PASSWORD@HOST:PORT/DATABASE, or the word postgres to take it from
                   DATABASE_URL. The other is --url unless given
  --switch         then stop who writes, copy what is new, say what to deploy, and let nobody write
                   to the old place until Ctrl-C
  --replace        remove what the target has, where it has data of its own
  --stopped        nobody writes to PostgreSQL, as the service is stopped: don't lock its tables
  --without NAME   let a table, or TABLE.COLUMN, stay behind that the schemas do not know; can be
                   repeated
  --service NAME   the Cloud Run service that uses the bucket, where that has no lease yet
  --wait SECONDS   how long to wait until a running app hands over; 30 unless given
  --work FOLDER    where the SQLite file is made and kept, on the way from PostgreSQL`

/** Where data can be: below a URL in a bucket, or in a PostgreSQL database. */
export type Place = { bucket: ReplicaUrl } | { database: string }

/** Reads the value of --from or --to. What is wrong is said without it: it has a password. */
export const place = z.string().transform((text, context): Place => {
  const url = (text === 'postgres' ? (process.env.DATABASE_URL ?? '') : text).trim()
  if (text === 'postgres' && url === '') return fail(context, 'postgres needs DATABASE_URL')
  try {
    if (!/^postgres(ql)?:/.test(url)) return { bucket: parseReplicaUrl(url) }
    if (url.includes('://') && new Client(url).database) return { database: url }
  } catch {
    // Not even a URL.
  }
  return fail(
    context,
    'is neither postgres://USER:PASSWORD@HOST:PORT/DATABASE nor gs://BUCKET/PATH, s3://BUCKET/PATH or file:///PATH',
  )
})

function fail(context: z.RefinementCtx, message: string): never {
  context.addIssue({ code: 'custom', message })
  return z.NEVER
}

export const command = defineCommand({
  help,
  options: {
    from: { type: 'string' },
    to: { type: 'string' },
    switch: { type: 'boolean', default: false },
    replace: { type: 'boolean', default: false },
    stopped: { type: 'boolean', default: false },
    without: { type: 'string', multiple: true, default: [] },
    service: { type: 'string' },
    wait: { type: 'string', default: '30' },
    work: { type: 'string', default: '.cache/move' },
  },
  schema: z.object({
    from: place.optional(),
    to: place.optional(),
    switch: z.boolean(),
    replace: z.boolean(),
    stopped: z.boolean(),
    without: z.array(z.string()),
    service: z.string().min(1, 'needs the name of the service').optional(),
    wait: seconds,
    work: z.string().min(1, 'needs a folder'),
  }),
  run: async (values, given) => {
    const { from, to } = values
    const context = withBucket(values, given)
    const tell = (error: unknown): never => {
      throw operatorErrorOf(naming(context.option, error))
    }
    // Drizzle takes 0.4 s to load.
    const { movedApp } = await import('./moving.ts')
    const app = movedApp(await loadApp())
    const wanted = (database: string): Wanted => ({
      app,
      ...{ database, replace: values.replace, switches: values.switch, stopped: values.stopped },
      ...{ without: values.without, service: values.service ?? null },
      patienceMs: values.wait * 1_000,
    })
    if (isDatabase(to) && !isDatabase(from)) {
      if (values.stopped) throw new WrongArguments('--stopped goes with --from postgres alone.')
      const { moveToPostgres } = await import('./to-postgres.ts')
      return moveToPostgres(wanted(to.database), context).catch(tell)
    }
    if (isDatabase(from) && !isDatabase(to)) {
      const { moveToBucket } = await import('./to-bucket.ts')
      return moveToBucket(wanted(from.database), resolve(values.work), context).catch(tell)
    }
    throw new WrongArguments('One of --from and --to has to be a PostgreSQL database.')
  },
})

function isDatabase(given: Place | undefined): given is { database: string } {
  return given !== undefined && 'database' in given
}

function withBucket(
  { from, to }: { from?: Place | undefined; to?: Place | undefined },
  context: Context,
): Context {
  for (const [option, place] of Object.entries({ '--from': from, '--to': to })) {
    if (!place || !('bucket' in place)) continue
    return { ...context, option, url: place.bucket, store: openStore(place.bucket) }
  }
  return context
}

if (import.meta.main) await main(command)
