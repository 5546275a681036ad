import { defineConfig } from 'streamkeeper/config'
import { takeOver } from './db/original.ts'
import * as postgresSchema from './db/postgres/schema.ts'
import * as schema from './db/schema.ts'
import { triggers } from './db/triggers.ts'

export default defineConfig({
  name: 'visits',
  migrations: 'db/migrations',
  schema,
  triggers,
  beforeMigrations: takeOver,
  postgres: { migrations: 'db/postgres/migrations', schema: postgresSchema },
})
