import { z } from 'zod'

/**
 * Where to go after signing in: a path of this app, else the front page of the admins. It is stricter
 * than URLs are, as `//evil.example` and `/\evil.example` are other sites to a browser.
 */
export const localPath = z
  .string()
  .max(500)
  .regex(/^(\/|(\/[\w.~%?=&-]+)+)$/)
  .catch('/admin')
