import { replicated, whileLeading } from 'streamkeeper'
import { defineConfig } from 'streamkeeper/config'
import { adminToken } from './app/admin/admin.ts'
import { daysHidden, deleteHidden } from './app/admin/delete-hidden.ts'
import { shown } from './app/api/shown.ts'
import { styleSource } from './app/bare-page.ts'
import { apiLimitBytes, formLimitBytes } from './app/body.ts'
import { handleWith } from './app/handle.ts'
import { refuse } from './app/refuse.ts'
import { requestData } from './app/request-data.ts'
import { isForPrograms, isPolled, needs } from './app/requests.ts'
import { countVisit } from './app/visits/count-visit.ts'
import { mustHaveVisits, takeOver } from './db/original.ts'
import * as postgresSchema from './db/postgres/schema.ts'
import * as schema from './db/schema.ts'
import { triggers } from './db/triggers.ts'

export default defineConfig({
  name: 'visits',
  migrations: 'db/migrations',
  schema,
  triggers,
  beforeMigrations: takeOver,
  verify: mustHaveVisits,
  shown,
  postgres: { migrations: 'db/postgres/migrations', schema: postgresSchema },
  needs,
  isForPrograms,
  isPolled,
  handle: handleWith({
    data: requestData,
    replicated,
    count: async (request, now) => countVisit(await requestData(), request, now),
  }),
  refuse,
  bodyLimits: { programs: apiLimitBytes, forms: formLimitBytes },
  contentSecurityPolicy: { 'style-src': ["'self'", styleSource] },
  ownScripts: true,
  warm: ['/', '/guestbook', '/how-it-works', '/status', '/api/entries', '/admin'],
  start(environment) {
    adminToken(environment)
    const days = daysHidden(environment)
    if (days === null) return
    whileLeading(async (signal) => deleteHidden(await requestData(), days, signal))
  },
})
