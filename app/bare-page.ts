import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { release } from 'streamkeeper'
import { escaped } from 'streamkeeper/http'
import { footer, navigation } from './frame.ts'

const folder = join(process.cwd(), 'app/style')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')

/** The looks of the app, which a page has to bring along where Next can't be asked. */
export const style = read('index.css').replace(/@import "(.+?)";/g, (_, name) => read(name))

/** Lets exactly this style into a page, as a source of `style-src`. */
export const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`

/**
 * A page in the app's looks that needs neither Next nor a database: for when these can't answer, or
 * must not be asked.
 *
 * @param main markup, in which all text is escaped
 * @param nonce of the answer
 */
export function barePage(title: string, main: string, nonce: string): string {
  return `<!doctype html>
<html lang="en" data-release="${escaped(release().id)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)} · Visits</title>
<style>${style}</style>
<script type="module" src="/client.js" nonce="${nonce}"></script>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="site"><nav aria-label="Site">${navigation()}</nav></header>
<main id="content" tabindex="-1">
${main}
</main>
<footer class="site">${footer()}</footer>
</body>
</html>
`
}
