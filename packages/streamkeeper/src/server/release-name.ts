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

type Build = Omit<Release, 'revision'> & { source: string | null }

let build: Build | null = null

/**
 * The release that runs here. A build where git is writes its commit into its own package.json, as
 * `gitHead`; `npx streamkeeper deploy`, which has the cloud build it, tells the service in `COMMIT`.
 *
 * @param folder where the app is
 */
export function release(folder = process.cwd()): Release {
  build ??= readBuild(folder)
  const { version, commit } = build
  return { revision: process.env.K_REVISION ?? 'local', version, commit }
}

/** Where the sources of this release are: the `repository` of its package.json, or `SOURCE_URL`. */
export function sourceUrl(folder = process.cwd()): string | null {
  build ??= readBuild(folder)
  return process.env.SOURCE_URL || build.source
}

function readBuild(folder: string): Build {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const { version, gitHead, repository } = about
  return {
    version: String(version),
    commit: gitHead || process.env.COMMIT || null,
    source: webAddress(repository),
  }
}

/** The page of what npm has as the `repository`, such as `git+https://….git`; null without one. */
export function webAddress(repository?: string | { url?: string }): string | null {
  const url = typeof repository === 'string' ? repository : repository?.url
  return /https:\/\/.+?(?=(\.git)?$)/.exec(url ?? '')?.[0] ?? null
}

/** As in `app-00012 (0.1.0, 5e2fdbf)`. */
export function releaseInWords({ revision, version, commit }: Release = release()): string {
  return `${revision} (${[version, commit].filter(Boolean).join(', ')})`
}

/** The header in which each answer names the release that it is of. */
export const releaseHeader = 'x-release'

/** Another text for each release: pages and answers carry it, so that a page knows when it is old. */
export function releaseId({ revision, version, commit }: Release = release()): string {
  return [revision, version, commit].filter(Boolean).join(' ')
}
