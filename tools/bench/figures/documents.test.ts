import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { draw } from './chart.ts'
import { chartsFor, tablesFor, withTable } from './documents.ts'
import { ofRelease, readFigures } from './figures.ts'

const root = join(import.meta.dirname, '../../..')
const read = (name: string) => readFileSync(join(root, name), 'utf8')
const figures = readFigures(ofRelease)

describe('The documents', () => {
  for (const [name, table] of Object.entries(tablesFor(figures))) {
    it(`have the recorded figures: ${name}`, () => {
      assert.equal(read(name), withTable(read(name), table), 'npm run bench -- publish writes them')
    })
  }

  for (const [name, chart] of Object.entries(chartsFor(figures))) {
    it(`have the recorded figures: ${name}`, () => {
      assert.equal(read(name), chart, 'npm run bench -- publish writes them')
    })
  }

  it('are refused without marks', () => {
    assert.throws(() => withTable('# A document\n', '| a |'), /no marks/)
  })
})

describe('A chart', () => {
  const chart = {
    title: 'Reads & writes',
    unit: 'ms',
    labels: ['0 MB', '10 MB'],
    lines: [
      { name: 'one', values: [100, 1_000] },
      { name: 'other', values: [200, 990] },
    ],
  }
  const numbersIn = (svg: string, pattern: RegExp) =>
    [...svg.matchAll(pattern)].map(([, number]) => Number(number))
  const pointsOf = (svg: string) => numbersIn(svg, /<circle cx="[\d.]+" cy="([\d.]+)"/g)

  it('puts more higher, on round steps from 0', () => {
    const svg = draw(chart, 'light')
    const [low = 0, high = 0] = pointsOf(svg)
    assert.ok(high < low)
    assert.match(svg, />Reads &amp; writes</)
    for (const tick of ['0', '200', '400', '1,000'])
      assert.ok(svg.includes(`>${tick}</text>`), tick)
  })

  it('keeps the names of lines apart that end close to each other', () => {
    const ends = numbersIn(draw(chart, 'dark'), /y="([\d.]+)"[^>]*>(?:one|other)</g)
    assert.ok(Math.abs((ends[0] ?? 0) - (ends[1] ?? 0)) >= 15, ends.join())
  })

  it('steps by ten where it is logarithmic, and leaves out what was not measured', () => {
    const lines = [{ name: 'one', values: [5, Number.NaN, 5_000] }]
    const svg = draw({ ...chart, labels: ['a', 'b', 'c'], lines, isLogarithmic: true }, 'light')
    for (const tick of ['1', '10', '10,000']) assert.ok(svg.includes(`>${tick}</text>`), tick)
    assert.equal(pointsOf(svg).length, 2)
    assert.doesNotMatch(svg, /NaN/)
  })
})
