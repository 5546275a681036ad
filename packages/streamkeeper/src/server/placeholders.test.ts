import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { PageWithPlaceholders, placeholdersFor } from './placeholders.ts'

describe('A page with placeholders', () => {
  const placeholders = placeholdersFor(['name', 'number'])
  const { name, number } = placeholders
  const long = '<p>é visits</p>'.repeat(5_000)

  for (const [what, page, filled] of [
    ['between texts', `a${name}b${number}c`, 'aAnnéb7c'],
    ['at its ends, and twice', `${name}${long}${number}${name}`, `Anné${long}7Anné`],
    ['side by side', `${name}${number}`, 'Anné7'],
  ]) {
    it(`has values in their places, plain and in gzip: ${what}`, () => {
      const made = new PageWithPlaceholders(page ?? '', placeholders)
      const values = { name: 'Anné', number: '7' }
      assert.equal(made.fill(values).toString(), filled)
      assert.equal(gunzipSync(made.zip(values)).toString(), filled)
      assert.ok(made.hasAll)
    })
  }

  it('is in gzip, too, where it has none, or a value is empty or of any bytes', () => {
    assert.equal(gunzipSync(new PageWithPlaceholders(long, {}).zip({})).toString(), long)
    const made = new PageWithPlaceholders(`${name}|${number}`, placeholders)
    for (const value of ['', '\0\n', 'x'.repeat(65_535)]) {
      assert.equal(gunzipSync(made.zip({ name: value, number: '1' })).toString(), `${value}|1`)
    }
  })
})
