import { mkdtempSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { forOperators } from './for-operators.ts'

/** A new folder whose name begins with `prefix`; it is removed with all that is in it. */
export function temporaryFolder(prefix: string): { path: string } & Disposable {
  const path = make(prefix)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

function make(prefix: string): string {
  try {
    return mkdtempSync(prefix)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // Its own name of the folder ends in six letters that nobody has ever seen.
    throw forOperators(Object.assign(error, { path: dirname(prefix) }))
  }
}
