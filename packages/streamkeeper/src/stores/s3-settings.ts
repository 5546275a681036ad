/** Where an S3-compatible store answers, and how a bucket is named there. */
export type S3Settings = {
  /** `https://HOST`, without a trailing slash. */
  endpoint: string
  region: string
  /** Whether the bucket is the first folder of a path, and not the first part of the host. */
  isPathStyle: boolean
  /** Of the environment; null where AWS's credential chain finds others. */
  keys: S3Keys | null
}

export type S3Keys = {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

type Variables = Record<string, string | undefined>

/**
 * Reads the variables of S3-compatible stores: `S3_ENDPOINT`, `S3_REGION` and `S3_PATH_STYLE`, or those of
 * AWS's own tools.
 *
 * @throws {Error} one line that names what is wrong and what to write instead
 */
export function readS3Settings(variables: Variables): S3Settings {
  const value = (...names: string[]) => names.map((name) => variables[name]?.trim()).find(Boolean)
  const given = value('S3_ENDPOINT', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL')
  const region = value('S3_REGION', 'AWS_REGION', 'AWS_DEFAULT_REGION')
  if (!given && !region) {
    throw new Error(
      'S3_REGION is not set; write the region of the bucket on AWS, as in eu-central-1, or the address of another store in S3_ENDPOINT',
    )
  }
  // Litestream 0.5.18 asks AWS's library for another transport than its own: "unable to add custom RootCAs".
  if (variables.AWS_CA_BUNDLE) {
    throw new Error(
      'AWS_CA_BUNDLE can not be used, as Litestream fails with it; unset it, and name the certificates in SSL_CERT_FILE and NODE_EXTRA_CA_CERTS',
    )
  }
  if (region && !/^[a-z0-9-]+$/i.test(region)) {
    throw new Error(`S3_REGION is "${region}", which is no region; write one as in eu-central-1`)
  }
  return {
    endpoint: given ? endpointOf(given) : endpointOnAws(region ?? ''),
    // What Litestream signs for where nobody names one.
    region: region ?? 'us-east-1',
    isPathStyle: pathStyleOf(value('S3_PATH_STYLE')) ?? given !== undefined,
    keys: keysOf(variables),
  }
}

function endpointOf(text: string): string {
  const url = URL.parse(/^[a-z]+:\/\//i.test(text) ? text : `https://${text}`)
  const isEndpoint =
    url &&
    /^https?:$/.test(url.protocol) &&
    url.pathname === '/' &&
    !url.search &&
    !url.hash &&
    !url.username
  if (isEndpoint) return url.origin
  throw new Error(
    `S3_ENDPOINT is "${text}", which is no address of a store; write https://HOST, without the bucket`,
  )
}

function endpointOnAws(region: string): string {
  return `https://s3.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
}

function pathStyleOf(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined
  if (text === '1' || text === '0') return text === '1'
  throw new Error(
    `S3_PATH_STYLE is "${text}"; write 1 for https://HOST/BUCKET, or 0 for https://BUCKET.HOST`,
  )
}

function keysOf(variables: Variables): S3Keys | null {
  const id = variables.AWS_ACCESS_KEY_ID
  const secret = variables.AWS_SECRET_ACCESS_KEY
  if (!id !== !secret) {
    const missing = id ? 'AWS_SECRET_ACCESS_KEY' : 'AWS_ACCESS_KEY_ID'
    throw new Error(`${missing} is not set, and its other half is; write both, or neither`)
  }
  for (const [name, value] of Object.entries({
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: secret,
  })) {
    // Litestream reads it as it is.
    if (value && value.trim() !== value) {
      throw new Error(`${name} begins or ends with a space or a line end; write the key alone`)
    }
  }
  // Litestream would fall back on its own names, and use other keys than this process.
  if (!id && (variables.LITESTREAM_ACCESS_KEY_ID || variables.LITESTREAM_SECRET_ACCESS_KEY)) {
    throw new Error(
      'LITESTREAM_ACCESS_KEY_ID is not read here; write the keys to AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    )
  }
  if (!id || !secret) return null
  // Litestream 0.5.18 drops the token of keys in the environment, and every upload would be refused.
  if (variables.AWS_SESSION_TOKEN) {
    throw new Error(
      'AWS_SESSION_TOKEN can not be used, as Litestream ignores it; write keys that last, or all three to a file that AWS_SHARED_CREDENTIALS_FILE names',
    )
  }
  return { accessKeyId: id, secretAccessKey: secret }
}
