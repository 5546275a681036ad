// What `gcloud run deploy` sets of the service and not of the revision: everybody else would notice.
const ofService = ['max', 'min', 'allowUnauthenticated', 'invokerIamCheck']

/** The variable by which a revision knows that it only shows the data: it never takes the lease. */
export function previewOf({ preview }) {
  return preview ? { PREVIEW: '1' } : {}
}

/**
 * The flags of a deployment for a revision without traffic, at an address of its own.
 * @param {Record<string, string | number | boolean>} flags
 * @param {string} tag
 */
export function asPreview(flags, tag) {
  const own = Object.entries(flags).filter(([name]) => !ofService.includes(name))
  return { ...Object.fromEntries(own), traffic: false, tag }
}
