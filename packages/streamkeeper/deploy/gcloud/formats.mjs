const tagWords = 'up to 25 lowercase letters, digits and hyphens, a letter first'

/** What each value has to look like: a test of it, and the words for whoever gets it wrong. */
export const formats = {
  // https://cloud.google.com/resource-manager/docs/creating-managing-projects
  project: {
    fits: (text) => /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(text),
    words: "a project's id: 6 to 30 lowercase letters, digits and hyphens, a letter first",
  },
  // https://cloud.google.com/run/docs/locations
  region: {
    fits: isRegion,
    words: 'a region, as in europe-west1',
  },
  buildRegion: { fits: isRegion, words: 'a region, as in europe-west1' },
  image: {
    fits: (text) =>
      /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+(:[\w.-]{1,128})?(@sha256:[0-9a-f]{64})?$/.test(text),
    words: 'an image, as in europe-west1-docker.pkg.dev/my-project/my-app/my-app:1',
  },
  scheduleRegion: { fits: isRegion, words: 'a region, as in europe-west1' },
  readers: {
    fits: (text) => {
      const regions = text.split(',')
      return regions.every(isRegion) && new Set(regions).size === regions.length
    },
    words: 'regions with commas between, each once, as in europe-west1,us-east1',
  },
  maxReaders: { fits: isCount, words: 'how many instances there may be in a region, 1 to 1000' },
  bucket: {
    fits: isBucketName,
    words:
      'a bucket\'s name: 3 to 63 lowercase letters, digits, "-", "_" and ".", a letter or digit first and last, and nothing like "google"',
  },
  // Cloud Run takes 49, but the longest name of a service account, SERVICE-schedule, has 30.
  service: {
    fits: (text) => /^[a-z]([a-z0-9-]{0,19}[a-z0-9])?$/.test(text),
    words: 'up to 21 lowercase letters, digits and hyphens, a letter first',
  },
  path: {
    fits: (text) =>
      text.length <= 200 &&
      text.split('/').every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part)),
    words: 'letters, digits, "-", "_" and ".", with single slashes between',
  },
  // https://cloud.google.com/run/docs/configuring/memory-limits
  memory: {
    fits: isMemory,
    words: '512Mi to 4Gi, which is what one CPU may have',
  },
  // https://cloud.google.com/secret-manager/docs/creating-and-accessing-secrets
  databaseUrlSecret: {
    fits: (text) => /^[\w-]{1,255}$/.test(text),
    words: 'a secret\'s name: letters, digits, "-" and "_"',
  },
  cloudSql: {
    fits: (text) =>
      /^([a-z0-9.-]+:)?[a-z][a-z0-9-]+:[a-z]+-[a-z]+[0-9]+:[a-z][a-z0-9-]*$/.test(text),
    words: "an instance's connection name, as in my-project:europe-west1:my-app",
  },
  subnet: {
    fits: (text) => /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(text),
    words: 'the name of a subnet: up to 63 lowercase letters, digits and hyphens, a letter first',
  },
  print: { fits: (text) => text === 'yaml', words: 'yaml' },
  maxInstances: { fits: isCount, words: 'how many instances there may be, 1 to 1000' },
  concurrency: { fits: isCount, words: 'how many requests an instance takes at once, 1 to 1000' },
  min: { fits: isLeast, words: 'how many instances there are while nobody asks, 0 to 1000' },
  minReaders: {
    fits: isLeast,
    words: 'how many instances there are in a region while nobody asks, 0 to 1000',
  },
  publicUrl: {
    fits: (text) => text.split(',').every(isOrigin),
    words: 'https://HOST, or several with commas between',
  },
  // https://docs.cloud.google.com/run/docs/configuring/services/ephemeral-disk
  disk: {
    fits: (text) => /^[1-9]\d{1,3}Gi$/.test(text),
    words: 'the size of a disk: 10Gi or more, in whole gibibytes',
  },
  trustedProxies: { fits: (text) => /^([1-9]|10)$/.test(text), words: 'a number from 1 to 10' },
  // Empty for the revision before.
  rollback: {
    fits: (text) => /^([a-z]([a-z0-9-]{0,61}[a-z0-9])?)?$/.test(text),
    words: "a revision's name, as in my-app-00012-abc",
  },
  preview: { fits: isTag, words: tagWords },
  removePreview: { fits: isTag, words: tagWords },
  since: {
    fits: (text) => /^[1-9]\d{0,4}[smhd]$/.test(text) || isTime(text),
    words: 'a span as in 30m, 12h or 7d, or a time as in 2026-11-25T10:00:00Z',
  },
  limit: { fits: (text) => /^[1-9]\d{0,3}$/.test(text), words: 'a number from 1 to 9999' },
  of: {
    fits: (text) => /^(service|readers|verify)$/.test(text),
    words: 'service, readers or verify',
  },
}

function isTime(text) {
  return /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text))
}

// A tag and the name of its service may have 46 characters together, and that name up to 21.
function isTag(text) {
  return /^[a-z]([a-z0-9-]{0,23}[a-z0-9])?$/.test(text)
}

function isRegion(text) {
  return /^[a-z]+-[a-z]+[0-9]+$/.test(text)
}

function isOrigin(text) {
  return /^https?:\/\/[a-z0-9.-]+(:\d{1,5})?\/?$/i.test(text) && URL.canParse(text)
}

function isCount(text) {
  return /^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1000
}

function isLeast(text) {
  return text === '0' || isCount(text)
}

// https://cloud.google.com/storage/docs/buckets#naming
function isBucketName(text) {
  return (
    text.length <= 222 &&
    (text.includes('.') || text.length <= 63) &&
    /^[a-z0-9][a-z0-9._-]+[a-z0-9]$/.test(text) &&
    text.split('.').every((part) => part.length > 0 && part.length <= 63) &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(text) &&
    !/^goog|g[o0]{2}g[l1]e/.test(text)
  )
}

function isMemory(text) {
  const [, amount, unit] = /^([1-9][0-9]*)(Mi|Gi)$/.exec(text) ?? []
  const mebibytes = Number(amount) * (unit === 'Gi' ? 1024 : 1)
  return mebibytes >= 512 && mebibytes <= 4096
}
