import { FileStore } from './file-store.ts'
import { GcsStore } from './gcs-store.ts'
import type { ReplicaUrl } from './replica-url.ts'
import type { Store } from './store.ts'

/**
 * The store of what is below the URL. `STORAGE_EMULATOR_HOST` stands in for Cloud Storage.
 *
 * @param bulkMs how long to list or to remove may take, in milliseconds
 */
export function openStore(url: ReplicaUrl, bulkMs = 60_000): Store {
  if (url.startsWith('file://')) return new FileStore(url.slice('file://'.length))
  return new GcsStore(url, {
    // As long as a lease is valid.
    totalMs: 4_000,
    bulkMs,
    emulatorHost: process.env.STORAGE_EMULATOR_HOST,
  })
}
