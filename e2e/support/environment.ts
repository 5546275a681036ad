/** A tool that `npm test` has found or installed. */
export function required(
  name:
    | 'CONTAINER_ENGINE'
    | 'FAKE_GCS_SERVER'
    | 'IMAGE'
    | 'LITESTREAM'
    | 'NEXT_IMAGE'
    | 'OLD_LITESTREAM',
): string {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set; run these tests with \`npm test -- e2e\``)
  return value
}
