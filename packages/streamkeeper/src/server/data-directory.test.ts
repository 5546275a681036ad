import assert from 'node:assert/strict'
import { dirname, join } from 'node:path'
import { describe, it } from 'node:test'
import { temporaryPath } from '../sqlite/test-support.ts'
import { checkDataDirectory } from './data-directory.ts'

describe('The data directory', () => {
  it('is accepted where files can be written to it', (test) => {
    checkDataDirectory(dirname(temporaryPath(test)))
  })

  it('is named, with the way out, where it is missing', (test) => {
    const missing = join(dirname(temporaryPath(test)), 'missing')
    assert.throws(() => checkDataDirectory(missing), /missing is not a directory.*Mount one there/)
  })
})
