import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The top of this repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')
export const cache = join(root, '.cache')
export const versions = JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8'))
