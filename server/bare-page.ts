import { releaseId } from './release-name.ts'
import { style } from './style.ts'

/**
 * A page in the app's looks that needs neither Next nor a database: for when these can't answer, or
 * must not be asked.
 *
 * @param main markup, in which all text is {@link escaped}
 * @param nonce of the answer
 */
export function barePage(title: string, main: string, nonce: string): string {
  return `<!doctype html>
<html lang="en" data-release="${escaped(releaseId())}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escaped(title)} · Visits</title>
<style>${style}</style>
<script type="module" src="/client.js" nonce="${nonce}"></script>
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`
}

/** Text as it stands in markup and in the values of attributes. */
export function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
