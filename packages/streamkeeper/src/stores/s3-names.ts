// Litestream's client of S3 names the levels otherwise than its others: `0001/` for `ltx/1/`.
// https://github.com/benbjohnson/litestream/blob/v0.5.18/s3/replica_client.go (WriteLTXFile)
const level = /^(epoch-\d{8}\/)?ltx\/(\d)\//
const levelOfS3 = /^(epoch-\d{8}\/)?000(\d)\//
const allLevels = /^(epoch-\d{8}\/)?ltx\/$/

/** The key, below the replica URL, of an object with the name that it has in every store. */
export function keyOf(name: string): string {
  return name.replace(level, '$1000$2/')
}

/** What the keys begin with of the objects whose names begin with `prefix`, and perhaps of some others. */
export function keyPrefixOf(prefix: string): string {
  return keyOf(prefix.replace(allLevels, '$1000'))
}

export function nameOf(key: string): string {
  return key.replace(levelOfS3, '$1ltx/$2/')
}
