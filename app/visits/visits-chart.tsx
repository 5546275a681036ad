import type { Day } from '../../db/visits.ts'
import { data } from '../data.ts'
import { dayInWords, numberInWords } from '../format.ts'

const shownDays = 30
// In units of the picture, which is as wide as the page.
const step = 10
const height = 50

/**
 * The visits of the last days: a picture, and a table with the same numbers.
 *
 * @param today the number of today's, as it is to be shown
 * @param day which day that is
 */
export async function VisitsChart({ today, day }: { today: string; day: string }) {
  const days = await (await data()).visitsByDay({ days: shownDays, now: new Date(day) })
  const most = Math.max(1, ...days.map(({ visits }) => visits))
  const shown = days.map((counted) => ({
    ...counted,
    text: counted.day === day ? today : numberInWords(counted.visits),
  }))
  const highest = shown.findLast(({ visits }) => visits === most)?.text ?? numberInWords(most)
  return (
    <figure className="chart">
      <figcaption>Visits a day, over the last {shownDays} days</figcaption>
      <svg viewBox={`0 0 ${shownDays * step} ${height}`} aria-hidden="true">
        {shown.map((day, index) => (
          <Bar key={day.day} {...day} left={index * step} share={day.visits / most} />
        ))}
        <path d={`M0 ${height - 0.5}H${shownDays * step}`} />
      </svg>
      <p className="ends" aria-hidden="true">
        <span>{dayInWords(days[0]?.day)}</span>
        <span>most: {highest}</span>
        <span>today</span>
      </p>
      <details>
        <summary>As a table</summary>
        <DaysTable days={shown} />
      </details>
    </figure>
  )
}

type Shown = Day & { text: string }

function Bar({ day, visits, text, left, share }: Shown & { left: number; share: number }) {
  if (visits === 0) return null
  // A single visit among thousands is still to be seen.
  const tall = Math.max(2, share * (height - 4))
  return (
    <rect x={left + 1} y={height - tall} width={step - 2} height={tall} rx="1.5">
      <title>{`${dayInWords(day)}: ${text}`}</title>
    </rect>
  )
}

function DaysTable({ days }: { days: Shown[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Day (UTC)</th>
          <th scope="col">Visits</th>
        </tr>
      </thead>
      <tbody>
        {days.toReversed().map(({ day, text }) => (
          <tr key={day}>
            <th scope="row">
              <time dateTime={day}>{dayInWords(day)}</time>
            </th>
            <td>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
