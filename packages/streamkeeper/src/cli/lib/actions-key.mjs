import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './project.mjs'

export const keyFile = 'data/server-actions.key'
const name = 'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY'
// Where the build of an image has what it is given by `--secret`.
const buildSecret = join('/run/secrets', name)

/**
 * What Next names and encrypts server actions by: made once, as a page that is open answers to the next
 * build only with the same. https://nextjs.org/docs/app/guides/data-security#overwriting-encryption-keys-advanced
 */
export function actionsKey() {
  const file = join(root, keyFile)
  if (existsSync(file)) return { key: readFileSync(file, 'utf8').trim(), isNew: false }
  const key = randomBytes(32).toString('base64')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${key}\n`, { mode: 0o600, flag: 'wx' })
  return { key, isNew: true }
}

/** The environment of a build that is given the key, as a variable or as a secret of an image's build. */
export function withActionsKey(env) {
  if (env[name] || !existsSync(buildSecret)) return env
  return { ...env, [name]: readFileSync(buildSecret, 'utf8').trim() }
}
