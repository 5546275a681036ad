import type { GoogleAuth } from 'google-auth-library'
import type { Authorize } from './bucket-http.ts'

/**
 * Application Default Credentials: of the service account on Cloud Run, of a key file, of workload
 * identity, or of `gcloud auth application-default login`. Tokens are kept until they expire.
 */
export function googleCredentials(): Authorize {
  let auth: Promise<GoogleAuth> | undefined
  return async () => {
    auth ??= load()
    return (await auth).getRequestHeaders()
  }
}

// It takes 60 ms to load, which those who replicate to a folder or an emulator needn't wait for.
async function load(): Promise<GoogleAuth> {
  const { GoogleAuth } = await import('google-auth-library')
  return new GoogleAuth({ scopes: ['https://www.googleapis.com/auth/devstorage.read_write'] })
}
