import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Which build this is, and as what it was deployed. */
export type Release = {
  /** Cloud Run's name of the deployment; `local` elsewhere. */
  revision: string
  version: string
  /** Abbreviated, with `-dirty` where the sources were changed since; null where no git was there. */
  commit: string | null
}

let build: Omit<Release, 'revision'> | null = null

/**
 * The release that runs here. A build where git is writes its commit into its own package.json, as
 * `gitHead`; `npm run deploy`, which has the cloud build it, tells the service in `COMMIT`.
 *
 * @param folder where the app is
 */
export function release(folder = process.cwd()): Release {
  build ??= readBuild(folder)
  return { revision: process.env.K_REVISION ?? 'local', ...build }
}

function readBuild(folder: string): Omit<Release, 'revision'> {
  const { version, gitHead } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return { version: String(version), commit: gitHead || process.env.COMMIT || null }
}

/** As in `visits-00012 (0.1.0, 5e2fdbf)`. */
export function releaseInWords({ revision, version, commit }: Release = release()): string {
  return `${revision} (${[version, commit].filter(Boolean).join(', ')})`
}

/** Another text for each release: pages and answers carry it, so that a page knows when it is old. */
export function releaseId({ revision, version, commit }: Release = release()): string {
  return [revision, version, commit].filter(Boolean).join(' ')
}
