// What an app's own `handle` and `refuse` are made of.
export { type Accepted, accepts } from './server/accepts.ts'
export { isSameSecret } from './server/client.ts'
export { plural } from './server/in-words.ts'
export { memoized } from './server/memoized.ts'
export { type CachedPage, PageCache } from './server/page-cache.ts'
export { escaped } from './server/plain-page.ts'
export { problemAnswer } from './server/problem-details.ts'
export { RateLimit } from './server/rate-limit.ts'
export {
  answerByHandler,
  type HandledAnswer,
  type HandledRequest,
  type RouteHandler,
} from './server/route-handler.ts'
