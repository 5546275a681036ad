export type Chart = {
  title: string
  /** What the values are, as in `requests a second`. */
  unit: string
  /** What the points of each line stand for, from left to right. */
  labels: string[]
  /** In the order of their colours; a point that was not measured is NaN. */
  lines: { name: string; values: number[] }[]
  /** Each step upwards is ten times as much. */
  isLogarithmic?: boolean
}

const schemes = {
  light: {
    paper: '#faf9f5',
    ink: '#16201d',
    faint: '#d9d6cb',
    lines: ['#0b6b4f', '#b4481e', '#2f5fb3', '#7a4a9c', '#8a6d00', '#5d6663', '#a3195b'],
  },
  dark: {
    paper: '#101413',
    ink: '#e8ece9',
    faint: '#323a37',
    lines: ['#5fd3a8', '#f0936a', '#8fb4f5', '#cfa3ec', '#e0c35a', '#a9b3af', '#f58bb8'],
  },
}

export type Scheme = keyof typeof schemes

const size = { width: 760, height: 400 }
const plot = { left: 64, right: 560, top: 76, bottom: 352 }
const labelHeight = 17

/** Draws lines over a few named points, each with its name at its end. */
export function draw(chart: Chart, scheme: Scheme): string {
  const { title, unit, labels, lines } = chart
  const { paper, ink, faint, lines: colours } = schemes[scheme]
  const { ticks, y } = scaleOf(chart)
  const x = (index: number) =>
    plot.left + 24 + (index * (plot.right - plot.left - 48)) / Math.max(1, labels.length - 1)
  const places = apart(lines.map(({ values }) => y(values.findLast(isMeasured) ?? 0)))
  const parts = [
    `<rect width="${size.width}" height="${size.height}" fill="${paper}"/>`,
    text(24, 32, title, `fill="${ink}" font-size="17" font-weight="600"`),
    text(24, 52, unit, `fill="${ink}" font-size="13"`),
    ...ticks.flatMap((tick) => [
      `<path d="M${plot.left} ${at(y(tick))}H${plot.right}" stroke="${faint}"/>`,
      text(plot.left - 8, y(tick) + 4, inWords(tick), `fill="${ink}" text-anchor="end"`),
    ]),
    ...labels.map((label, index) =>
      text(x(index), plot.bottom + 24, label, `fill="${ink}" text-anchor="middle"`),
    ),
    ...lines.flatMap(({ name, values }, index) => {
      const colour = colours[index % colours.length] ?? ink
      const points = values.flatMap((value, at) => (isMeasured(value) ? [[x(at), y(value)]] : []))
      const path = points.map(([left = 0, top = 0]) => `${at(left)} ${at(top)}`).join('L')
      return [
        `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2.5"/>`,
        ...points.map(
          ([left = 0, top = 0]) =>
            `<circle cx="${at(left)}" cy="${at(top)}" r="4" fill="${colour}"/>`,
        ),
        text(plot.right + 4, (places[index] ?? 0) + 4, name, `fill="${colour}"`),
      ]
    }),
  ]
  const { width, height } = size
  const font = 'font-family="system-ui, sans-serif" font-size="13"'
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" ${font}>
  <title>${escaped(title)}</title>
  ${parts.join('\n  ')}
</svg>
`
}

function scaleOf({ lines, isLogarithmic = false }: Chart) {
  const values = lines.flatMap((line) => line.values).filter(isMeasured)
  const most = Math.max(...values)
  const ticks = isLogarithmic ? decades(Math.min(...values), most) : steps(most)
  const place = isLogarithmic ? Math.log10 : (value: number) => value
  const [from, to] = [place(ticks[0] ?? 0), place(ticks.at(-1) ?? 1)]
  const y = (value: number) =>
    plot.bottom - ((place(value) - from) / (to - from)) * (plot.bottom - plot.top)
  return { ticks, y }
}

function decades(least: number, most: number): number[] {
  const [from, to] = [Math.floor(Math.log10(least)), Math.ceil(Math.log10(most))]
  return Array.from({ length: Math.max(2, to - from + 1) }, (_, index) => 10 ** (from + index))
}

/** From 0 in at most five round steps. */
function steps(most: number): number[] {
  const decade = 10 ** Math.floor(Math.log10(most))
  const step = [0.2, 0.5, 1, 2].map((part) => part * decade).find((one) => most / one <= 5) ?? most
  const count = Math.ceil(most / step)
  return Array.from({ length: count + 1 }, (_, index) => index * step)
}

/** Moves places down where they are so close that their labels would overlap. */
function apart(places: number[]): number[] {
  const moved = [...places]
  let next = Number.NEGATIVE_INFINITY
  const downwards = [...places.keys()].sort((a, b) => (places[a] ?? 0) - (places[b] ?? 0))
  for (const index of downwards) {
    moved[index] = Math.max(places[index] ?? 0, next)
    next = moved[index] + labelHeight
  }
  return moved
}

function isMeasured(value: number): boolean {
  return Number.isFinite(value)
}

function text(left: number, top: number, words: string, attributes: string): string {
  return `<text x="${at(left)}" y="${at(top)}" ${attributes}>${escaped(words)}</text>`
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}

function at(place: number): number {
  return Math.round(place * 10) / 10
}

function inWords(value: number): string {
  return Number(value.toPrecision(3)).toLocaleString('en-US')
}
