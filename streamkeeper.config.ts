import { defineConfig } from 'streamkeeper/config'
import { takeOver } from './db/original.ts'
import * as schema from './db/schema.ts'
import { triggers } from './db/triggers.ts'

export default defineConfig({
  name: 'visits',
  migrations: 'db/migrations',
  schema,
  triggers,
  beforeMigrations: takeOver,
})
