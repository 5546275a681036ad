import type { IncomingMessage, ServerResponse } from 'node:http'
import { type RequestKind, requestKind } from '../app/request-kind.ts'
import { log } from './log.ts'

/**
 * Logs a request once it is answered, as Cloud Logging shows requests
 * (https://cloud.google.com/logging/docs/reference/v2/rest/v2/LogEntry#HttpRequest): without its
 * query and headers, which may hold what is nobody's business.
 *
 * @param project whose traces the request belongs to; null where there are none
 * @param onAnswered told how many milliseconds it took
 */
export function logRequest(
  request: IncomingMessage,
  response: ServerResponse,
  project: string | null,
  onAnswered: (ms: number, kind: RequestKind, status: number) => void,
): void {
  const startMs = performance.now()
  const { method = '', url = '/', headers } = request
  const path = url.split('?', 1)[0] ?? '/'
  const kind = requestKind(request)
  response.once('close', () => {
    const ms = performance.now() - startMs
    // Whoever asked has gone before the answer.
    const status = response.writableFinished ? response.statusCode : 499
    onAnswered(ms, kind, status)
    log(severityOf(status), `${method} ${path} ${status} in ${Math.round(ms)} ms`, {
      httpRequest: {
        requestMethod: method,
        requestUrl: path,
        status,
        latency: `${(ms / 1000).toFixed(6)}s`,
      },
      ...traceOf(headers.traceparent?.toString(), project),
    })
  })
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
