import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The looks of the app, for pages that have to bring them along. */
export const style = readFileSync(join(process.cwd(), 'app/style.css'), 'utf8')

/** Lets exactly this style into a page, as a source of `style-src`. */
export const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`
