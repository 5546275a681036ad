// https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
// The one library for it on npm loads for 60 ms, and its last release is of 2024.

type Labels = Record<string, string>
type Sample = { labels?: Labels; value: number }

export const openMetricsType = 'application/openmetrics-text; version=1.0.0; charset=utf-8'

/** A metric that goes up and down. */
export function gauge(name: string, help: string, samples: Sample[]): string {
  return family(
    name,
    'gauge',
    help,
    samples.map(({ labels, value }) => line(name, labels, value)),
  )
}

/** A metric that only goes up; its name without the `_total` that its samples have. */
export function counter(name: string, help: string, samples: Sample[]): string {
  const lines = samples.map(({ labels, value }) => line(`${name}_total`, labels, value))
  return family(name, 'counter', help, lines)
}

/** Counts durations in buckets with the given bounds; in seconds, as is the custom. */
export class Histogram {
  readonly #name: string
  readonly #help: string
  readonly #bounds: number[]
  readonly #series = new Map<string, { labels: Labels; counts: number[]; sum: number }>()

  constructor(name: string, help: string, bounds: number[]) {
    this.#name = name
    this.#help = help
    this.#bounds = [...bounds, Number.POSITIVE_INFINITY]
  }

  observe(seconds: number, labels: Labels = {}): void {
    const key = JSON.stringify(labels)
    const series = this.#series.get(key) ?? { labels, counts: this.#bounds.map(() => 0), sum: 0 }
    this.#series.set(key, series)
    this.#bounds.forEach((bound, index) => {
      if (seconds <= bound) series.counts[index] = (series.counts[index] ?? 0) + 1
    })
    series.sum += seconds
  }

  get text(): string {
    const lines = [...this.#series.values()].flatMap(({ labels, counts, sum }) => [
      ...this.#bounds.map((bound, index) =>
        line(`${this.#name}_bucket`, { ...labels, le: numberText(bound) }, counts[index] ?? 0),
      ),
      line(`${this.#name}_count`, labels, counts.at(-1) ?? 0),
      line(`${this.#name}_sum`, labels, sum),
    ])
    return family(this.#name, 'histogram', this.#help, lines)
  }
}

export function exposition(families: string[]): string {
  return `${families.join('')}# EOF\n`
}

function family(name: string, type: string, help: string, lines: string[]): string {
  return `# TYPE ${name} ${type}\n# HELP ${name} ${help}\n${lines.join('')}`
}

function line(name: string, labels: Labels = {}, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`)
  return `${name}${pairs.length > 0 ? `{${pairs}}` : ''} ${numberText(value)}\n`
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function numberText(value: number): string {
  return value === Number.POSITIVE_INFINITY ? '+Inf' : String(value)
}

/**
 * Litestream's own metrics, as OpenMetrics wants them: Prometheus' older format gives a counter's
 * `_total` to the family too, lets counters go without it, and gauges have it. What Go says of itself
 * is left out.
 */
export function litestreamFamilies(text: string): string {
  const lines = text.split('\n').filter((line) => /^(# \w+ )?litestream_/.test(line))
  const types = new Map(lines.flatMap((line) => typeIn(line)))
  return lines.map((line) => `${metadata(line, types) ?? line}\n`).join('')
}

function typeIn(line: string): [string, string][] {
  const [, name, type] = /^# TYPE (\S+) (.*)$/.exec(line) ?? []
  return name && type ? [[name, type]] : []
}

function metadata(line: string, types: Map<string, string>): string | null {
  const [, keyword, name, words] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
  if (!keyword || !name || types.get(name) !== 'counter') return null
  if (name.endsWith('_total')) return `# ${keyword} ${name.slice(0, -'_total'.length)} ${words}`
  return keyword === 'TYPE' ? `# TYPE ${name} unknown` : null
}
