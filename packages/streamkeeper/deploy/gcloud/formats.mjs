const region = { fits: isRegion, words: 'a region, as in europe-west1' }
const tag = {
  fits: isTag,
  words: 'up to 25 lowercase letters, digits and hyphens, a letter first',
}

/** What each value has to look like: a test of it, and the words for whoever gets it wrong. */
export const formats = {
  // https://cloud.google.com/resource-manager/docs/creating-managing-projects
  project: matching(
    /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/,
    "a project's id: 6 to 30 lowercase letters, digits and hyphens, a letter first",
  ),
  // https://cloud.google.com/run/docs/locations
  region,
  buildRegion: region,
  scheduleRegion: region,
  image: matching(
    /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+(:[\w.-]{1,128})?(@sha256:[0-9a-f]{64})?$/,
    'an image, as in europe-west1-docker.pkg.dev/my-project/my-app/my-app:1',
  ),
  readers: {
    fits: (text) => {
      const regions = text.split(',')
      return regions.every(isRegion) && new Set(regions).size === regions.length
    },
    words: 'regions with commas between, each once, as in europe-west1,us-east1',
  },
  bucket: {
    fits: isBucketName,
    words:
      'a bucket\'s name: 3 to 63 lowercase letters, digits, "-", "_" and ".", a letter or digit first and last, and nothing like "google"',
  },
  // Cloud Run takes 49, but the longest name of a service account, SERVICE-schedule, has 30.
  service: matching(
    /^[a-z]([a-z0-9-]{0,19}[a-z0-9])?$/,
    'up to 21 lowercase letters, digits and hyphens, a letter first',
  ),
  path: {
    fits: (text) =>
      text.length <= 200 &&
      text.split('/').every((part) => /^[\w.-]+$/.test(part) && !/^\.+$/.test(part)),
    words: 'letters, digits, "-", "_" and ".", with single slashes between',
  },
  // https://cloud.google.com/run/docs/configuring/memory-limits
  memory: { fits: isMemory, words: '512Mi to 4Gi, which is what one CPU may have' },
  // https://cloud.google.com/secret-manager/docs/creating-and-accessing-secrets
  databaseUrlSecret: matching(/^[\w-]{1,255}$/, 'a secret\'s name: letters, digits, "-" and "_"'),
  cloudSql: matching(
    /^([a-z0-9.-]+:)?[a-z][a-z0-9-]+:[a-z]+-[a-z]+[0-9]+:[a-z][a-z0-9-]*$/,
    "an instance's connection name, as in my-project:europe-west1:my-app",
  ),
  subnet: matching(
    /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'the name of a subnet: up to 63 lowercase letters, digits and hyphens, a letter first',
  ),
  print: matching(/^yaml$/, 'yaml'),
  concurrency: count(1, 'how many requests an instance takes at once'),
  maxInstances: count(1, 'how many instances there may be'),
  maxReaders: count(1, 'how many instances there may be in a region'),
  min: count(0, 'how many instances there are while nobody asks'),
  minReaders: count(0, 'how many instances there are in a region while nobody asks'),
  publicUrl: {
    fits: (text) => text.split(',').every(isOrigin),
    words: 'https://HOST, or several with commas between',
  },
  // To gcloud a comma would end the value.
  env: {
    fits: (text) => text.split(',').every(isVariable),
    words: 'NAME=VALUE, several with commas between, none of them one that the command sets itself',
  },
  // https://docs.cloud.google.com/run/docs/configuring/services/ephemeral-disk
  disk: matching(/^[1-9]\d{1,3}Gi$/, 'the size of a disk: 10Gi or more, in whole gibibytes'),
  trustedProxies: matching(/^([1-9]|10)$/, 'a number from 1 to 10'),
  // Empty for the revision before.
  rollback: matching(
    /^([a-z]([a-z0-9-]{0,61}[a-z0-9])?)?$/,
    "a revision's name, as in my-app-00012-abc",
  ),
  preview: tag,
  removePreview: tag,
  since: {
    fits: (text) => /^[1-9]\d{0,4}[smhd]$/.test(text) || isTime(text),
    words: 'a span as in 30m, 12h or 7d, or a time as in 2026-11-25T10:00:00Z',
  },
  limit: matching(/^[1-9]\d{0,3}$/, 'a number from 1 to 9999'),
  of: matching(/^(service|readers|verify)$/, 'service, readers or verify'),
}

const setByTheCommand = [
  ...['ADMIN_TOKEN', 'ALLOW_BREAKING_MIGRATION', 'COMMIT', 'DATABASE_URL', 'FORWARD_TOKEN'],
  ...['GOOGLE_CLOUD_PROJECT', 'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY', 'PREVIEW', 'PUBLIC_URL'],
  ...['REPLICA_URL', 'ROLE', 'TRUSTED_PROXIES', 'WRITER_URL'],
]

function isVariable(text) {
  const [, name] = /^([A-Z][A-Z0-9_]*)=\P{Cc}+$/u.exec(text) ?? []
  return name !== undefined && !setByTheCommand.includes(name)
}

function matching(pattern, words) {
  return { fits: (text) => pattern.test(text), words }
}

// Cloud Run's own limit.
function count(least, what) {
  const fits = (text) =>
    /^(0|[1-9]\d{0,3})$/.test(text) && Number(text) >= least && Number(text) <= 1000
  return { fits, words: `${what}, ${least} to 1000` }
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
