import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { epochUrl, parseReplicaUrl } from './replica-url.ts'

describe('The replica URL', () => {
  it('may be spelled as the original sample spells it', () => {
    assert.equal(parseReplicaUrl('gcs://my-bucket/some/path'), 'gs://my-bucket/some/path')
  })

  it('may be spelled as Google spells it', () => {
    assert.equal(parseReplicaUrl('gs://my-bucket/some/path'), 'gs://my-bucket/some/path')
  })

  it('may be a bucket alone', () => {
    assert.equal(parseReplicaUrl('gs://my-bucket'), 'gs://my-bucket')
  })

  it('may be a folder of this machine', () => {
    assert.equal(parseReplicaUrl('file:///var/lib/app'), 'file:///var/lib/app')
  })

  it('means the same with slashes or spaces left at its ends', () => {
    assert.equal(parseReplicaUrl(' gs://my-bucket/path// '), 'gs://my-bucket/path')
    assert.equal(parseReplicaUrl('file:///var/lib/app/'), 'file:///var/lib/app')
  })

  it('puts each epoch in a folder of its own, in an order that sorts', () => {
    const base = parseReplicaUrl('gs://my-bucket/path')
    assert.equal(epochUrl(base, 1), 'gs://my-bucket/path/epoch-00000001')
  })

  const refused = {
    'the placeholder of the documentation': 'gcs://BUCKET/path',
    'no scheme': 'my-bucket/path',
    'one slash too few': 'gs:/my-bucket/path',
    'another cloud': 's3://my-bucket/path',
    'no bucket': 'gs:///path',
    'a bucket name that Google would not take': 'gs://-bucket-/path',
    'a query': 'gs://my-bucket/path?x=1',
    'a way out of the folder': 'gs://my-bucket/../other',
    'a relative file': 'file://folder',
    'a file path that Litestream would encode': 'file:///my folder/app',
    nothing: '',
  }
  for (const [what, text] of Object.entries(refused)) {
    it(`refuses ${what}, in one line that quotes it`, () => {
      assert.throws(
        () => parseReplicaUrl(text),
        (error: Error) =>
          error.message.includes(`"${text.split(':')[0]}`) && !/\n/.test(error.message),
      )
    })
  }
})
