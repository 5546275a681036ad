import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { z } from 'zod'
import { digits } from '../entry-id.ts'
import { ProblemError } from './problem.ts'
import { readQuery } from './read-query.ts'

const parameters = z.strictObject({ limit: digits(1, 100, 'Send a number.').default(20) })

function read(query: string) {
  try {
    return readQuery(new Request(`http://localhost/api/entries${query}`), parameters)
  } catch (error) {
    assert.ok(error instanceof ProblemError)
    return [error.details.status, error.details.errors]
  }
}

const refused = (field: string, detail: string) => [400, [{ field, detail }]]

describe('A query', () => {
  it('is optional', () => {
    for (const query of ['', '?', '?&']) assert.deepEqual(read(query), { limit: 20 })
  })

  it('has numbers in digits', () => {
    for (const number of [1, 10, 100]) {
      assert.deepEqual(read(`?limit=${number}`), { limit: number })
    }
    assert.deepEqual(read('?limit=%37'), { limit: 7 })
  })

  for (const value of [
    ...['1e1', '0x10', '+5', '%205', '5%20', '5+', '5.0', '5.', '05', '00', '-5', '', '٥', '５'],
    ...['0', '101', '9007199254740993', '1'.repeat(400), 'Infinity', 'null', '%zz', '%ff', '5%00'],
  ]) {
    it(`has no number such as "${value.slice(0, 20)}"`, () => {
      assert.deepEqual(read(`?limit=${value}`), refused('limit', 'Send a number.'))
    })
  }

  it('has each parameter once', () => {
    for (const query of ['?limit=5&limit=5', '?limit=5&limit=x', '?limit=5&limit']) {
      assert.deepEqual(read(query), refused('limit', 'Send a number.'))
    }
  })

  it('has no other parameters', () => {
    for (const name of ['Limit', 'page', '__proto__', 'constructor', '']) {
      const words = 'There is no such field; leave it out.'
      assert.deepEqual(read(`?limit=5&${name}=1`), refused(name, words))
    }
  })
})
