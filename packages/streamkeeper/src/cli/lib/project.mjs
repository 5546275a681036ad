import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The app's folder: where the command was called. */
export const root = process.cwd()
export const cache = join(root, '.cache')
export const versions = JSON.parse(readFileSync(new URL('versions.json', import.meta.url), 'utf8'))
export const platform = `${process.platform}-${process.arch}`

/** This package's own folder. */
export const packageFolder = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

/**
 * The file of one of the machine's modules: TypeScript in its repository, JavaScript as published.
 * @param {string} name below `src`, without its ending, such as `main`
 */
export function moduleFile(name) {
  const file = fileURLToPath(new URL(`../../${name}`, import.meta.url))
  return [`${file}.ts`, `${file}.js`].find(existsSync) ?? `${file}.js`
}
