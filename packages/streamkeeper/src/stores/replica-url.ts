import { epochName } from './epochs.ts'

const example = 'gs://BUCKET/PATH or s3://BUCKET/PATH (or file:///PATH to try it without a cloud)'

/** Where the replica is, in the spelling that Litestream understands, without a trailing slash. */
export type ReplicaUrl = string & { readonly __brand: 'ReplicaUrl' }

/**
 * Reads `gs://BUCKET/PATH`, the original sample's `gcs://BUCKET/PATH`, `s3://BUCKET/PATH`, or
 * `file:///PATH`.
 *
 * @throws {Error} one line that names what is wrong and what to write instead
 */
export function parseReplicaUrl(untrimmed: string): ReplicaUrl {
  const text = untrimmed.trim()
  const [, scheme, rest] = /^([a-z0-9+.-]+):\/\/(.*)$/i.exec(text) ?? []
  switch (scheme?.toLowerCase()) {
    case 'gs':
    case 'gcs':
      return parseBucket('gs', text, rest ?? '')
    case 's3':
      return parseS3(text, rest ?? '')
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

function parseS3(text: string, rest: string): ReplicaUrl {
  const url = parseBucket('s3', text, rest)
  const { bucket, path } = bucketOf(url)
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  if (bucket.length > 63 || bucket.includes('_')) {
    throw new Error(`"${text}" holds no valid bucket name ("${bucket}"); write ${example}`)
  }
  // Litestream takes such a name for the host of that service, with a bucket in it.
  if (hostOfService.test(bucket)) {
    throw new Error(`"${text}" names a host; write s3://BUCKET/PATH, and the host in S3_ENDPOINT`)
  }
  // Litestream's keys would begin with a slash there.
  if (path === '') throw new Error(`"${text}" has no path in the bucket; write ${example}`)
  return url
}

// https://github.com/benbjohnson/litestream/blob/v0.5.18/s3/replica_client.go (ParseHost)
const hostOfService =
  /\.(amazonaws\.com|digitaloceanspaces\.com|backblazeb2\.com|filebase\.com|scw\.cloud|neon\.tech)$/

/** The bucket of a `gs://` or `s3://` URL, and the path in it, which ends with a slash or is empty. */
export function bucketOf(url: string): { bucket: string; path: string } {
  const [bucket = '', ...folders] = url.slice(url.indexOf('://') + 3).split('/')
  return { bucket, path: folders.map((folder) => `${folder}/`).join('') }
}

/** Whether the URL is of a store that speaks S3. */
export function isS3(url: string): boolean {
  return url.startsWith('s3://')
}

function parseBucket(scheme: 'gs' | 's3', text: string, rest: string): ReplicaUrl {
  const [bucket = '', ...folders] = rest.split('/')
  // https://cloud.google.com/storage/docs/buckets#naming
  if (!/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(bucket)) {
    throw new Error(`"${text}" holds no valid bucket name ("${bucket}"); write ${example}`)
  }
  // Litestream decodes %20 and its like, and the bucket does not: each would use a path of its own.
  const [odd] = /[?#%\\\s\p{Cc}]/u.exec(rest) ?? []
  if (odd !== undefined) {
    throw new Error(`"${text}" holds ${JSON.stringify(odd)}, which its path may not have here`)
  }
  const path = folders.filter((folder) => folder !== '')
  if (path.includes('..') || path.includes('.')) {
    throw new Error(`"${text}" holds "." or ".."; write the path that it should stand for`)
  }
  return refuseInside([`${scheme}:/`, bucket, ...path].join('/')) as ReplicaUrl
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
