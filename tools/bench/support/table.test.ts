import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { markdown } from './table.ts'

describe('A table', () => {
  it('has a column for what any row has, numbers to the right, with three digits', () => {
    const rows = [
      { MB: 10, outcome: 'ends' },
      { MB: 1_000, outcome: 'serves', 'peak MB': 2.3456 },
    ]
    const table = `
|    MB | outcome | peak MB |
| ----: | ------- | ------: |
|    10 | ends    |       - |
| 1,000 | serves  |    2.35 |`
    assert.equal(`\n${markdown(rows)}`, table)
  })
})
