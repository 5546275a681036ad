import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(process.cwd(), 'app/style')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

/** The looks of the app, for pages that have to bring them along. */
export const style = read('index.css').replace(/@import "(.+?)";/g, (_, name) => read(name))

/** Lets exactly this style into a page, as a source of `style-src`. */
export const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`
