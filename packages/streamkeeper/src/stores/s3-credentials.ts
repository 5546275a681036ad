import { createHash } from 'node:crypto'
import type { Authorize, Outgoing } from './bucket-http.ts'
import type { S3Keys, S3Settings } from './s3-settings.ts'

type Credentials = () => Promise<S3Keys>

/**
 * Signs requests by Signature Version 4, with the keys of the environment or those that AWS's own chain
 * finds: of a file, of the role of a container, a virtual machine or a pod, or of a command.
 */
export function s3Credentials({ keys, region }: Pick<S3Settings, 'keys' | 'region'>): Authorize {
  const cache = new Map<string, ArrayBuffer>()
  let chain: Promise<Credentials> | undefined
  const found = async () => {
    chain ??= awsChain(region)
    return (await chain)()
  }
  return async (request) => {
    const [{ AwsV4Signer }, credentials] = await Promise.all([import('aws4fetch'), keys ?? found()])
    const signer = new AwsV4Signer({
      ...credentials,
      ...{ method: request.method, url: request.url, service: 's3', region, cache },
      // Some stores take no payload that is not signed.
      headers: { 'x-amz-content-sha256': hashOf(request), ...request.headers },
    })
    const { headers } = await signer.sign()
    // Not signed, as proxies change it.
    headers.set('accept-encoding', 'identity')
    return headers
  }
}

function hashOf({ body }: Outgoing): string {
  return createHash('sha256')
    .update(body ?? '')
    .digest('hex')
}

// It takes 40 ms to load, which those whose keys are in the environment needn't wait for. It keeps what it
// has found until that expires.
async function awsChain(region: string): Promise<Credentials> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node')
  return defaultProvider({ clientConfig: { region } })
}
