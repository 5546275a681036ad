import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Notice } from '../config.ts'
import type { App } from './app.ts'
import type { Problem } from './lifecycle.ts'
import { log, reasonOf } from './log.ts'
import { withOwnScripts } from './own-scripts.ts'
import { answerFailed } from './refuse.ts'
import { answerUnavailable } from './unavailable.ts'

/** Serves what the gate has let in; with a notice, nothing is written and the page says why. */
export type Pages = (
  request: IncomingMessage,
  response: ServerResponse,
  notice?: Notice | null,
) => void

/**
 * Has the app answer, or Next where the app does nothing of its own.
 *
 * @param render has Next answer
 * @param options.transient what to tell people of a failure that passes; null for any other
 * @param options.isPreview whether a request only looks
 */
export function handleWith(
  app: App,
  render: RequestListener,
  {
    transient = () => null,
    isPreview = () => false,
  }: {
    transient?: (error: unknown) => Problem | null
    isPreview?: (request: IncomingMessage) => boolean
  } = {},
): Pages {
  const { config, development } = app
  // In development Next's scripts renew what changes.
  const next = config.ownScripts && !development ? withOwnScripts(app, render) : render
  const answer: Pages = async (request, response, notice = null) => {
    if (config.handle) await config.handle(request, response, { next, notice })
    else await next(request, response)
  }
  return async (request, response, notice = isPreview(request) ? 'preview' : null) => {
    try {
      await answer(request, response, notice)
    } catch (error) {
      log('ERROR', `A request could not be answered: ${reasonOf(error)}`)
      if (response.writableEnded) return
      if (response.headersSent) return response.destroy()
      const problem = transient(error)
      if (problem) answerUnavailable(request, response, problem)
      else answerFailed(request, response)
    }
  }
}
