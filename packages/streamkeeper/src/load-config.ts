import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { z } from 'zod'
import type { Config } from './config.ts'

// As the build leaves it beside the server, or as its author wrote it.
const names = [
  'streamkeeper.config.cjs',
  ...['ts', 'mjs', 'js'].map((end) => `streamkeeper.config.${end}`),
]

const text = z.string()
const call = z.custom<(...given: never[]) => unknown>(
  (value) => typeof value === 'function',
  'is no function',
)
const tables = z.record(text, z.unknown())

const schema = z.strictObject({
  name: text.regex(
    /^[a-z][a-z0-9-]{0,40}$/,
    'is not made of lower-case letters, digits and hyphens',
  ),
  migrations: text.optional(),
  schema: tables.optional(),
  triggers: z
    .array(z.object({ table: text, triggers: z.record(text, text), repair: z.array(text) }))
    .optional(),
  beforeMigrations: call.optional(),
  verify: call.optional(),
  shown: call.optional(),
  needs: call.optional(),
  isForPrograms: call.optional(),
  isPolled: call.optional(),
  handle: call.optional(),
  refuse: call.optional(),
  bodyLimits: z
    .strictObject({ programs: z.int().positive().optional(), forms: z.int().positive().optional() })
    .optional(),
  contentSecurityPolicy: z.union([z.literal(false), z.record(text, z.array(text))]).optional(),
  ownScripts: z.boolean().optional(),
  start: call.optional(),
  warm: z.array(text.startsWith('/')).optional(),
  postgres: z.strictObject({ migrations: text, schema: tables }).optional(),
})

/** The file that configures the app in `folder`; null where there is none. */
export function configFile(folder: string): string | null {
  return names.map((name) => join(folder, name)).find(existsSync) ?? null
}

/**
 * Loads what the app in `folder` tells the machine, and checks it.
 *
 * @throws {Error} if there is no such file, it can't be run, or something in it is wrong
 */
export async function loadConfig(folder: string): Promise<Config> {
  const file = configFile(folder)
  if (!file) {
    throw new Error(
      `${folder} has no streamkeeper.config.ts. Run "streamkeeper init" there, which writes one.`,
    )
  }
  const loaded: { default?: unknown } = file.endsWith('.cjs')
    ? createRequire(import.meta.url)(file)
    : await import(pathToFileURL(file).href)
  const given = loaded.default
  const { success, error } = schema.safeParse(given)
  if (!success) {
    const issues = error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim())
    throw new Error(`${file} is wrong: ${issues.join('; ')}.`)
  }
  return given as Config
}
