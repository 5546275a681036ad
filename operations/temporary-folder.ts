import { mkdtempSync, rmSync } from 'node:fs'

/** A new folder whose name begins with `prefix`; it is removed with all that is in it. */
export function temporaryFolder(prefix: string): { path: string } & Disposable {
  const path = mkdtempSync(prefix)
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}
