import type { IncomingMessage, RequestListener } from 'node:http'
import { appOf, pathOf, type RequestKind, requestKind } from './app.ts'
import { logSoon } from './log.ts'

type Answered = { ms: number; status: number }

/**
 * Logs each request once it is answered.
 *
 * @param project whose traces the requests belong to; null where there are none
 * @param onAnswered told as well
 */
export function requestLog(
  project: string | null,
  onAnswered: (kind: RequestKind, answered: Answered) => void,
): RequestListener {
  return (request, response) => {
    const startMs = performance.now()
    const kind = requestKind(request)
    // What answers may look for it elsewhere.
    const { method, url, headers } = request
    const isPolled = appOf(request).isPolled(request)
    response.once('close', () => {
      // Whoever asked has gone before the answer.
      const status = response.writableFinished ? response.statusCode : 499
      const answered = { ms: performance.now() - startMs, status }
      onAnswered(kind, answered)
      if (!isPolled || status !== 200)
        logSoon(...lineOf({ method, url, headers }, answered, project))
    })
  }
}

/**
 * A line as Cloud Logging shows requests
 * (https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest): without the
 * query and the headers, which may hold what is nobody's business.
 */
export function lineOf(
  { method = '', url = '/', headers }: Pick<IncomingMessage, 'method' | 'url' | 'headers'>,
  { ms, status }: Answered,
  project: string | null,
): Parameters<typeof logSoon> {
  const path = pathOf(url)
  return [
    severityOf(status),
    `${method} ${path} ${status} in ${Math.round(ms)} ms`,
    {
      httpRequest: {
        requestMethod: method,
        requestUrl: path,
        status,
        latency: `${(ms / 1000).toFixed(6)}s`,
      },
      ...traceOf(headers.traceparent?.toString(), project),
    },
  ]
}

function severityOf(status: number): 'INFO' | 'WARNING' | 'ERROR' {
  if (status === 503) return 'WARNING'
  return status >= 500 ? 'ERROR' : 'INFO'
}

// https://www.w3.org/TR/trace-context/#traceparent-header, which Cloud Run sends.
function traceOf(traceparent: string | undefined, project: string | null) {
  const [, trace, span] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-/.exec(traceparent ?? '') ?? []
  if (!trace || !project) return {}
  return {
    'logging.googleapis.com/trace': `projects/${project}/traces/${trace}`,
    'logging.googleapis.com/spanId': span,
  }
}
