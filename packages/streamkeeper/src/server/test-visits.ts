// The sample's own handling, for tests that still run on its tables.
import type { IncomingMessage, RequestListener } from 'node:http'
import { handleWith as handleVisits } from '../../../../app/handle.ts'
import { needs } from '../../../../app/requests.ts'
import type { Data } from '../../../../db/data.ts'
import type { Visits } from '../../../../db/visits.ts'
import { App, comesFor } from './app.ts'

/** @param count counts a visit; here unless given */
export function visitsApp(
  data: Data,
  count: (request: IncomingMessage, now: Date) => Promise<Visits | null> = (_, now) =>
    data.recordVisit(now),
): App {
  const replicated = () => {
    throw new Error('Nobody asks here.')
  }
  return new App({
    name: 'visits',
    needs,
    handle: handleVisits({ data: async () => data, count, replicated }),
  })
}

/** Notes for each request that it comes for the app. */
export function forApp(app: App, serve: RequestListener): RequestListener {
  return (request, response) => {
    comesFor(app, request)
    return serve(request, response)
  }
}
