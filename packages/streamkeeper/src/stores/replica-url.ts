import { epochName } from './epochs.ts'

const example = 'gs://BUCKET/PATH (or file:///PATH to try it without a cloud)'

/** Where the replica is, in the spelling that Litestream understands, without a trailing slash. */
export type ReplicaUrl = string & { readonly __brand: 'ReplicaUrl' }

/**
 * Reads `gs://BUCKET/PATH`, the original sample's `gcs://BUCKET/PATH`, or `file:///PATH`.
 *
 * @throws {Error} one line that names what is wrong and what to write instead
 */
export function parseReplicaUrl(untrimmed: string): ReplicaUrl {
  const text = untrimmed.trim()
  const [, scheme, rest] = /^([a-z0-9+.-]+):\/\/(.*)$/i.exec(text) ?? []
  switch (scheme?.toLowerCase()) {
    case 'gs':
    case 'gcs':
      return parseBucket(text, rest ?? '')
    case 'file':
      return parseFile(text)
    case undefined:
      throw new Error(`"${text}" is not a URL; write ${example}`)
    default:
      throw new Error(`"${scheme}://" is not supported; write ${example}`)
  }
}

/** The path of one epoch's replica under the base URL. */
export function epochUrl(base: string, epoch: number): string {
  return `${base}/${epochName(epoch)}`
}

/** The path of the replica that is restored: of an epoch, or of one without epochs. */
export function sourceUrl(
  base: string,
  { restorable, adopted }: { restorable: number; adopted?: Layout | undefined },
): string {
  if (restorable > 0) return epochUrl(base, restorable)
  return adopted === 'generations' ? `${base}/${oldFolder}` : base
}

/** How the files of a replica without epochs are named: by Litestream 0.5, or by 0.3. */
export type Layout = 'ltx' | 'generations'

const oldFolder = 'generations'

/** The base URL of a replica of Litestream 0.3; null where the URL is of another one. */
export function baseOfOld(url: string): ReplicaUrl | null {
  return url.endsWith(`/${oldFolder}`) ? (url.slice(0, -oldFolder.length - 1) as ReplicaUrl) : null
}

// Below it a replica of Litestream 0.3 has its files: the URL of the replica ends before.
function refuseInside(url: string): string {
  if (!/\/generations(\/|$)/.test(url)) return url
  throw new Error(`"${url}" lies within a replica: end it before "/generations"`)
}

function parseBucket(text: string, rest: string): ReplicaUrl {
  const [bucket = '', ...folders] = rest.split('/')
  // https://cloud.google.com/storage/docs/buckets#naming
  if (!/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(bucket)) {
    throw new Error(`"${text}" holds no valid bucket name ("${bucket}"); write ${example}`)
  }
  // Litestream decodes %20 and its like, and Cloud Storage does not: each would use a path of its own.
  const [odd] = /[?#%\\\s\p{Cc}]/u.exec(rest) ?? []
  if (odd !== undefined) {
    throw new Error(`"${text}" holds ${JSON.stringify(odd)}, which its path may not have here`)
  }
  const path = folders.filter((folder) => folder !== '')
  if (path.includes('..') || path.includes('.')) {
    throw new Error(`"${text}" holds "." or ".."; write the path that it should stand for`)
  }
  return refuseInside(['gs:/', bucket, ...path].join('/')) as ReplicaUrl
}

function parseFile(text: string): ReplicaUrl {
  const path = /^file:\/\/(\/[^/].*)$/i.exec(text)?.[1]
  if (!path) throw new Error(`"${text}" needs an absolute path, with three slashes: file:///PATH`)
  // Litestream 0.5.17 neither decodes the path nor leaves it alone: the replica of "/a b" lands
  // in "/a%20b", outside the folder that was meant. The commands give such a folder a link
  // (cli/lib/plain-path.mjs).
  const [odd] = /[^\w./@+,=:~-]|(?<=\/)\.\.(?=\/|$)/u.exec(path) ?? []
  if (odd !== undefined) {
    throw new Error(
      `"${text}" holds ${JSON.stringify(odd)}, and Litestream would use another folder; write the path of a link to it that has only letters, digits and ./@+,=:~-_ (for the commands %, # and ? may stand there as %25, %23 and %3F)`,
    )
  }
  return refuseInside(`file://${path.replace(/\/+$/, '')}`) as ReplicaUrl
}
