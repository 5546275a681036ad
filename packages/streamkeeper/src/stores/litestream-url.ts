import { isS3 } from './replica-url.ts'
import { readS3Settings } from './s3-settings.ts'

/**
 * The URL that Litestream is told. It reads none of the variables of S3-compatible stores but AWS's keys: the
 * rest stands in the URL, so that both use the same place.
 */
export function litestreamUrl(
  url: string,
  variables: Record<string, string | undefined> = process.env,
): string {
  if (!isS3(url)) return url
  const { endpoint, region, isPathStyle } = readS3Settings(variables)
  return `${url}?${new URLSearchParams({ endpoint, region, forcePathStyle: String(isPathStyle) })}`
}
