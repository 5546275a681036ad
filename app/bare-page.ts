import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { release } from 'streamkeeper'
import { about, mark, places } from './frame/places.ts'

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
 * @param main markup, in which all text is {@link escaped}
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
${header}
<main id="content" tabindex="-1">
${main}
</main>
${footer()}
</body>
</html>
`
}

const links = places.map(({ path, name }) => `<li><a href="${path}">${name}</a></li>`)

// As in app/frame/.
const header = `<header class="site">
<nav aria-label="Site">
<svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
<rect width="32" height="32" rx="7"/>
<path d="${mark}"/>
</svg>
<ul>${links.join('')}</ul>
</nav>
</header>`

function footer(): string {
  const { name, source: url } = release()
  const source = url ? ` · <a href="${escaped(url)}">Source</a>` : ''
  return `<footer class="site">
<p>${about}</p>
<p>Release ${escaped(name)}${source}</p>
</footer>`
}

/** Text as it stands in markup and in the values of attributes. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
