import { defineConfig } from 'streamkeeper/config'
import * as schema from './db/schema.ts'
import { triggers } from './db/triggers.ts'

export default defineConfig({ name: 'visits', migrations: 'db/migrations', schema, triggers })
