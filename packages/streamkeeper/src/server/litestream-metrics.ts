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
