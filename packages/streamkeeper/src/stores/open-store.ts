import { FileStore } from './file-store.ts'
import { GcsStore } from './gcs-store.ts'
import { isS3, type ReplicaUrl } from './replica-url.ts'
import { readS3Settings } from './s3-settings.ts'
import { S3Store } from './s3-store.ts'
import type { Store } from './store.ts'

/**
 * The store of what is below the URL. `STORAGE_EMULATOR_HOST` stands in for Cloud Storage.
 *
 * @param bulkMs how long to list or to remove may take, in milliseconds
 * @throws {Error} if the variables of S3 are wrong
 */
export function openStore(url: ReplicaUrl, bulkMs = 60_000): Store {
  if (url.startsWith('file://')) return new FileStore(url.slice('file://'.length))
  // As long as a lease is valid.
  const patience = { totalMs: 4_000, bulkMs }
  if (isS3(url)) return new S3Store(url, { ...patience, settings: readS3Settings(process.env) })
  return new GcsStore(url, { ...patience, emulatorHost: process.env.STORAGE_EMULATOR_HOST })
}
