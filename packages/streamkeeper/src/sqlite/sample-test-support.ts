// What tests have that still use the sample's tables.
import { join } from 'node:path'
import config from '../../../../streamkeeper.config.ts'
import { schemaOf } from './app-schema.ts'
import * as own from './test-support.ts'

export { temporaryPath } from './test-support.ts'

export const app = schemaOf(config, join(import.meta.dirname, '../../../..'))
export const migrations = join(app.folder, 'db/migrations')
export const temporaryDatabase = (test: Parameters<typeof own.temporaryDatabase>[0]) =>
  own.temporaryDatabase(test, app)
