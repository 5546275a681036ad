import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bucketAsPrinted } from '../../test-support/bucket-as-printed.mjs'
import { reasonsAgainst } from './unfit-bucket.mjs'

const options = { project: 'my-project', region: 'europe-west1', bucket: 'my-data', path: 'visits' }
const retention = { effectiveTime: '2026-01-01T00:00:00+00:00', retentionPeriod: '86400' }

function against(settings, given = {}) {
  return reasonsAgainst({ ...bucketAsPrinted, ...settings }, { ...options, ...given })
}

function withRule(action, condition) {
  return { lifecycle_config: { rule: [{ action, condition }] } }
}

const unfit = {
  'a retention policy': [
    { retention_policy: retention },
    /for 1 day; lease\.json .* --clear-retention-period$/,
  ],
  'a retention policy that is locked': [
    { retention_policy: { ...retention, isLocked: true } },
    /is locked, and stays for ever\. Choose another --bucket\.$/,
  ],
  'a default hold': [{ default_event_based_hold: true }, / --no-default-event-based-hold$/],
  versions: [{ versioning_enabled: true }, / --no-versioning$/],
  'a cold class': [
    { default_storage_class: 'NEARLINE' },
    /Its class is NEARLINE.* --default-storage-class STANDARD$/,
  ],
  'Requester Pays': [{ requester_pays: true }, / --no-requester-pays$/],
  'two regions': [
    { location: 'EUR4', location_type: 'dual-region' },
    /in the dual-region eur4: .* Choose another --bucket\.$/,
  ],
  'a continent': [
    { location: 'EU', location_type: 'multi-region' },
    /in the multi-region eu: .* Choose another --bucket\.$/,
  ],
  'another region': [{ location: 'US-EAST1' }, /in us-east1, not in europe-west1/],
  'a rule that deletes': [
    withRule({ type: 'Delete' }, { age: 30 }),
    /rule deletes objects \(\{"age":30\}\).*than visits\/ .* --clear-lifecycle$/,
  ],
  'a rule that moves to a cold class': [
    withRule({ type: 'SetStorageClass', storageClass: 'COLDLINE' }, { age: 0 }),
    /rule moves objects to the class COLDLINE.* --clear-lifecycle$/,
  ],
}

describe('a bucket that is there', () => {
  it('has nothing against it where it is set as the app makes it', () => {
    assert.deepEqual(against({}), [])
  })

  for (const [what, [settings, words]] of Object.entries(unfit)) {
    it(`can not hold the data with ${what}, and the reason says what mends it`, () => {
      const reasons = against(settings)
      assert.equal(reasons.length, 1)
      assert.match(reasons[0], words)
    })
  }

  it('has each reason told where there are several', () => {
    const settings = Object.values(unfit).map(([settings]) => settings)
    assert.equal(against(Object.assign({}, ...settings)).length, 7)
  })

  it('may have what does no harm', () => {
    const settings = {
      autoclass: { enabled: true, terminalStorageClass: 'NEARLINE' },
      per_object_retention: { mode: 'Enabled' },
      default_kms_key: 'projects/p/locations/europe-west1/keyRings/r/cryptoKeys/k',
      default_storage_class: 'REGIONAL',
      lifecycle_config: {},
      requester_pays: false,
      soft_delete_policy: { retentionDurationSeconds: '604800' },
      versioning_enabled: false,
    }
    assert.deepEqual(against(settings), [])
  })
})

describe('a lifecycle rule', () => {
  const harmless = [
    ['other folders', { matchesPrefix: ['tmp/', 'visits-old/', 'visit/'] }],
    ['other endings', { matchesSuffix: ['.tmp', '/other.json'] }],
    ['another class', { matchesStorageClass: ['NEARLINE'] }],
    ['versions that are not live', { isLive: false }],
    ['older versions', { numNewerVersions: 3 }],
    ['versions that were replaced', { daysSinceNoncurrentTime: 0 }],
    ['objects with a time of their own', { daysSinceCustomTime: 0 }],
  ]
  for (const [what, condition] of harmless) {
    it(`may delete ${what}`, () => {
      assert.deepEqual(against(withRule({ type: 'Delete' }, { age: 1, ...condition })), [])
    })
  }

  it('may end uploads that were never complete', () => {
    assert.deepEqual(against(withRule({ type: 'AbortIncompleteMultipartUpload' }, { age: 7 })), [])
  })

  for (const condition of [
    { matchesPrefix: ['tmp/', 'visits/'] },
    { matchesPrefix: ['v'] },
    { matchesPrefix: ['visits/epoch-00000001'] },
    { matchesPrefix: [] },
    { matchesSuffix: ['ltx'] },
    { matchesSuffix: ['.json'] },
    { matchesSuffix: ['-0000000000000009.ltx'] },
    { matchesStorageClass: ['STANDARD', 'NEARLINE'] },
    { isLive: true },
    { numNewerVersions: 0 },
    { createdBefore: '2020-01-01' },
  ]) {
    it(`may not delete where its condition is ${JSON.stringify(condition)}`, () => {
      assert.match(
        against(withRule({ type: 'Delete' }, condition))[0] ?? '',
        /rule deletes objects/,
      )
    })
  }

  it('is held against the path that was given', () => {
    const rule = withRule({ type: 'Delete' }, { matchesPrefix: ['visits/'] })
    assert.deepEqual(against(rule, { path: 'other/visits' }), [])
  })
})
