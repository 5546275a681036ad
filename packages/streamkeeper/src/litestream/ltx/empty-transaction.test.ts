import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { emptyTransaction } from './empty-transaction.ts'
import { readHeader } from './format.ts'
import { verifyLtx } from './stream.ts'

const options = {
  txid: 42,
  pageSize: 4_096,
  pages: 7,
  salts: [0x01234567, 0x89abcdef] as [number, number],
  now: 1_764_115_200_123,
}

describe('An empty transaction', () => {
  it('is these bytes', () => {
    const start = [
      '4c545831 00000002 00001000 00000007',
      '000000000000002a 000000000000002a 0000019abd75b87b 0000000000000000',
      '0000000000000020 0000000000000000 01234567 89abcdef',
    ]
    const end = ['000000000000', '00', '0000000000000001', '0000000000000000', 'c643bc417a72e9a9']
    const zeros = '00'.repeat(100 - 72)
    const hex = [...start, zeros, ...end].join('').replaceAll(' ', '')
    assert.equal(emptyTransaction(options).toString('hex'), hex)
  })

  it('is a whole file, with its place in the WAL', () => {
    const bytes = emptyTransaction({ ...options, txid: 2 ** 40 + 1, pageSize: 65_536 })
    const place = { walOffset: 32, walSize: 0, salts: options.salts }
    const [min, max] = [2 ** 40 + 1, 2 ** 40 + 1]
    assert.deepEqual(verifyLtx(bytes), { pageSize: 65_536, commit: 7, min, max, ...place })
    assert.deepEqual(readHeader(bytes), verifyLtx(bytes))
  })
})
