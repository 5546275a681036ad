import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether somebody has shown a secret. How long this takes says nothing of what is in it. */
export function isSameSecret(shown: string, secret: string): boolean {
  return timingSafeEqual(hashOf(shown), hashOf(secret))
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
