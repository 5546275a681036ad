import type { IncomingMessage, RequestListener } from 'node:http'
import { accepts } from './accepts.ts'
import { type App, comesFor } from './app.ts'
import { answerOf } from './buffered-response.ts'
import { endCompressed, vary } from './compressed.ts'
import { answerFailed } from './refuse.ts'

/**
 * Has pages that bring scripts of their own go without Next's: 150 kB that make React components
 * interactive, of which these pages have none. A page says so by `<html data-scripts="own">`, and
 * marks each script that stays with `data-own`.
 */
export function withOwnScripts(app: App, render: RequestListener): RequestListener {
  return async (request, response) => {
    if (!isDocument(app, request)) return render(request, response)
    // A body that is compressed could not be looked at.
    const { 'accept-encoding': coding, ...headers } = request.headers
    request.headers = headers
    const { status, headers: answered, body } = await answerOf(request, render)
    if (coding !== undefined) request.headers['accept-encoding'] = coding
    if (status === 500) {
      // Next's own page for it is empty until its scripts have run.
      comesFor(app, request)
      return answerFailed(request, response)
    }
    for (const [name, value] of Object.entries(answered)) {
      if (value !== undefined && name !== 'content-length') response.setHeader(name, value)
    }
    response.statusCode = status
    vary(response, 'Accept')
    const isHtml = String(answered['content-type']).startsWith('text/html')
    if (isHtml) await endCompressed(request, response, onlyOwnScripts(body.toString()))
    else response.end(body)
  }
}

// Also for a preview of a link, which says that it takes anything.
function isDocument(app: App, request: IncomingMessage): boolean {
  const { method, url, headers } = request
  if (method !== 'GET' || headers.rsc || app.isForPrograms(request)) return false
  const { html, anything } = accepts({ headers })
  return (html || anything) && !app.isStatic(url)
}

const ownOnly = /<html\b[^>]*\sdata-scripts="own"/
// What React streams later is put in its place by a script of React's.
const later = /<template\b[^>]*\sid="B:/
const others =
  /<script\b(?![^>]*\sdata-own)[^>]*>[\s\S]*?<\/script>|<link\b[^>]*\sas="script"[^>]*>/g

/** Text in a page can't look like a script: React writes `<` as `&lt;` in it. */
export function onlyOwnScripts(page: string): string {
  return ownOnly.test(page) && !later.test(page) ? page.replace(others, '') : page
}
