import type { Words } from './words.ts'

/**
 * A page that needs neither Next, nor a database, nor any other file.
 *
 * @param reloadSeconds after which it asks again; not where undefined
 */
export function plainPage({ title, detail }: Words, reloadSeconds?: number): string {
  const reload = reloadSeconds && `<meta http-equiv="refresh" content="${reloadSeconds}">\n`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
${reload || ''}<title>${escaped(title)}</title>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
<p>${escaped(detail)}</p>
</main>
</body>
</html>
`
}

/** Text as it stands in markup, and in the values of attributes. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
