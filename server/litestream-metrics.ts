/**
 * Litestream's own metrics, as OpenMetrics wants them: Prometheus' older format gives a counter's
 * `_total` to the family too, and lets counters go without it. What Go says of itself is left out.
 */
export function litestreamFamilies(text: string): string {
  const lines = text.split('\n').filter((line) => /^(# \w+ )?litestream_/.test(line))
  return lines.map((line) => `${metadata(line) ?? line}\n`).join('')
}

function metadata(line: string): string | null {
  const [, keyword, name, words = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? []
  if (!keyword || !name) return null
  const isCounter = name.endsWith('_total')
  if (keyword === 'TYPE' && words === 'counter' && !isCounter) return `# TYPE ${name} unknown`
  return `# ${keyword} ${isCounter ? name.slice(0, -'_total'.length) : name} ${words}`
}
