import { expect } from '@playwright/test'

type Family = { type: string; samples: { name: string; value: number }[] }

// What each type's samples may be named: https://prometheus.io/docs/specs/om/open_metrics_spec/
const suffixes: Record<string, string[]> = {
  counter: ['_total'],
  gauge: [''],
  unknown: [''],
  histogram: ['_bucket', '_count', '_sum'],
}

/** Reads an OpenMetrics text strictly: a family's lines stand together, and the end is marked. */
export function readMetrics(text: string): Map<string, Family> {
  const families = new Map<string, Family>()
  expect(text.endsWith('\n# EOF\n')).toBe(true)
  let current = { name: '', family: { type: '', samples: [] } as Family }
  for (const line of text.slice(0, -'# EOF\n'.length).trimEnd().split('\n')) {
    const [, keyword, family = '', words = ''] = /^# (TYPE|HELP) (\S+) (.+)$/.exec(line) ?? []
    if (keyword) {
      if (family !== current.name) {
        expect(families.has(family), `${family} comes twice`).toBe(false)
        current = { name: family, family: { type: '', samples: [] } }
        families.set(family, current.family)
      }
      if (keyword === 'TYPE') current.family.type = words
      continue
    }
    const [, name = '', value = ''] = /^([a-z0-9_]+)(?:\{.*\})? (\S+)$/.exec(line) ?? []
    const allowed = suffixes[current.family.type]?.map((suffix) => current.name + suffix)
    expect(allowed, line).toContain(name)
    expect(Number(value), line).not.toBeNaN()
    current.family.samples.push({ name, value: Number(value) })
  }
  return families
}

/** The value of the only sample of this name. */
export function valueIn(families: Map<string, Family>, name: string): number | undefined {
  const samples = [...families.values()].flatMap((family) => family.samples)
  const found = samples.filter((sample) => sample.name === name)
  expect(found.length, name).toBeLessThanOrEqual(1)
  return found[0]?.value
}

/** The names of all samples. */
export function namesIn(families: Map<string, Family>): Set<string> {
  return new Set([...families.values()].flatMap(({ samples }) => samples.map(({ name }) => name)))
}
