import type { Day } from '../../db/visits.ts'
import { data } from '../data.ts'

const shownDays = 30
// In units of the picture, which is as wide as the page.
const step = 10
const height = 50

const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', timeZone: 'UTC' })

/** The visits of the last days: a picture, and a table with the same numbers. */
export async function VisitsChart() {
  const days = await (await data()).visitsByDay({ days: shownDays, now: new Date() })
  const most = Math.max(1, ...days.map(({ visits }) => visits))
  return (
    <figure className="chart">
      <figcaption>Visits a day, over the last {shownDays} days</figcaption>
      <svg viewBox={`0 0 ${shownDays * step} ${height}`} aria-hidden="true">
        {days.map((day, index) => (
          <Bar key={day.day} {...day} left={index * step} share={day.visits / most} />
        ))}
        <path d={`M0 ${height - 0.5}H${shownDays * step}`} />
      </svg>
      <p className="ends" aria-hidden="true">
        <span>{inWords(days[0]?.day)}</span>
        <span>most: {most}</span>
        <span>today</span>
      </p>
      <details>
        <summary>As a table</summary>
        <DaysTable days={days} />
      </details>
    </figure>
  )
}

function Bar({ day, visits, left, share }: Day & { left: number; share: number }) {
  if (visits === 0) return null
  // A single visit among thousands is still to be seen.
  const tall = Math.max(2, share * (height - 4))
  return (
    <rect x={left + 1} y={height - tall} width={step - 2} height={tall} rx="1.5">
      <title>{`${inWords(day)}: ${visits}`}</title>
    </rect>
  )
}

function DaysTable({ days }: { days: Day[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Day (UTC)</th>
          <th scope="col">Visits</th>
        </tr>
      </thead>
      <tbody>
        {days.toReversed().map(({ day, visits }) => (
          <tr key={day}>
            <th scope="row">
              <time dateTime={day}>{inWords(day)}</time>
            </th>
            <td>{visits}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function inWords(day: string | undefined): string {
  return day && !Number.isNaN(Date.parse(day)) ? date.format(new Date(day)) : ''
}
