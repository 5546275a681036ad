import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Row } from '../support/table.ts'
import type { Figures } from './figures.ts'
import { compare, ratiosOf } from './ratios.ts'

const runOf = (benches: Record<string, Row[]>): Figures => ({
  date: '2026-11-26',
  commit: 'abc',
  machine: { cores: 2, model: 'any', node: 'v26' },
  benches: Object.fromEntries(
    Object.entries(benches).map(([name, rows]) => {
      return [name, { seconds: 1, tables: [{ title: name, rows }] }]
    }),
  ),
})

const page = (server: string, million: number | string, perSecond: number) => {
  return { server, page: '/', 'million rows': million, 'requests/s': perSecond }
}
const pages = (app: number, machine = 1) => [
  page('bare Next', '-', 100 * machine),
  page('this app', 0, app * machine),
  page('node:http', 0, 400 * machine),
  page('Go sample, DELETE', 0, 1),
  page('node:http', 1, 7),
]
const handover = (ms: number) => [{ MB: 0, 'first write s': 2, 'write gap ms': ms }]

const rounded = (figures: Figures) =>
  ratiosOf(figures).map((one) => ({ ...one, ratio: Number(one.ratio.toFixed(6)) }))

const verdicts = (before: Figures, now: Figures) =>
  compare(ratiosOf(before), ratiosOf(now), 0.25).map(({ verdict }) => verdict)

describe('The ratios of a run', () => {
  it('are relative to the peers of the same run, on the same number of rows', () => {
    const what = 'pages, page /, million rows 0: requests/s'
    assert.deepEqual(rounded(runOf({ pages: pages(600) })), [
      { what, ratio: 3, isLessBetter: false },
    ])
  })

  it('are relative to another figure of the same row', () => {
    const what = 'handover, MB 0: write gap ms'
    assert.deepEqual(ratiosOf(runOf({ handover: handover(500) })), [
      { what, ratio: 250, isLessBetter: true },
    ])
  })

  it('leave out what has no peer, and what failed', () => {
    const alone = pages(600).filter(({ server }) => server === 'this app')
    assert.deepEqual(ratiosOf(runOf({ pages: alone, handover: [{ MB: 10 }] })), [])
  })
})

describe('A comparison of two runs', () => {
  it('takes a slower machine for the same', () => {
    assert.deepEqual(verdicts(runOf({ pages: pages(600) }), runOf({ pages: pages(600, 0.3) })), [
      'same',
    ])
  })

  it('finds what is slower and what is faster beyond the tolerance', () => {
    const before = runOf({ pages: pages(600), handover: handover(500) })
    assert.deepEqual(verdicts(before, runOf({ pages: pages(440), handover: handover(300) })), [
      'slower',
      'faster',
    ])
    assert.deepEqual(verdicts(before, runOf({ pages: pages(460), handover: handover(700) })), [
      'same',
      'slower',
    ])
  })

  it('names what was not measured again', () => {
    assert.deepEqual(verdicts(runOf({ pages: pages(600) }), runOf({})), ['not measured'])
  })
})
