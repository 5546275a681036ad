import type { Day } from '../../db/visits.ts'
import { data } from '../data.ts'
import { dayInWords, numberInWords } from '../format.ts'
import { scaleTo, sinceFirstVisit } from './scale.ts'
import { countedVisits } from './visits.ts'

const mostDays = 30
const thirds = ['early', 'middle', 'late']

// A day with the number of its visits as it is shown.
type ShownDay = Day & { text: string; isToday: boolean }

/**
 * The visits of the last days: a picture, and a table with the same numbers.
 *
 * @param today the number of today's, as it is to be shown
 * @param day which day that is
 */
export async function VisitsChart({ today, day }: { today: string; day: string }) {
  const { total } = await countedVisits()
  const counted = await (await data()).visitsByDay({ days: mostDays, now: new Date(day) })
  const days = sinceFirstVisit(counted, total).map((counted): ShownDay => {
    const isToday = counted.day === day
    return { ...counted, isToday, text: isToday ? today : numberInWords(counted.visits) }
  })
  return (
    <figure className="chart">
      <figcaption>
        <b id="chart">Visits a day</b>, the last {days.length} days, in UTC
      </figcaption>
      <Plot days={days} />
      <p className="ends" aria-hidden="true">
        <span>{dayInWords(days[0]?.day)}</span>
        <span>today</span>
      </p>
      <details>
        <summary>As a table</summary>
        <DaysTable days={days} />
      </details>
    </figure>
  )
}

// A bar for each day. The days are radio buttons, so that browsers lead to each by arrow keys, tap
// and pointer without a script; the one that has the focus or the pointer shows its number.
function Plot({ days }: { days: ShownDay[] }) {
  const scale = scaleTo(Math.max(1, ...days.map(({ visits }) => visits)))
  const top = Number(scale.at(-1))
  return (
    <div className="plot">
      <ol className="scale" aria-hidden="true">
        {scale.toReversed().map((number) => (
          <li key={number}>
            <span>{numberInWords(number)}</span>
          </li>
        ))}
      </ol>
      <div className="days" role="radiogroup" aria-labelledby="chart">
        {days.map((day, index) => (
          <label key={day.day} className={thirds[Math.floor((index * 3) / days.length)]}>
            <input type="radio" name="day" defaultChecked={day.isToday} />
            <Bar {...day} share={day.visits / top} />
            <span className="tip">
              {dayInWords(day.day)}: <VisitsOf {...day} />
              {day.isToday && ' so far'}
            </span>
          </label>
        ))}
      </div>
    </div>
  )
}

// Its lower end, with the round corners there, is outside of the picture.
function Bar({ visits, isToday, share }: ShownDay & { share: number }) {
  // A single visit among thousands is still to be seen.
  const percent = visits === 0 ? 0 : Math.max(2, share * 100)
  return (
    <svg aria-hidden="true">
      {isToday && (
        <pattern
          id="unfinished"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <path d="M0 0V6" />
        </pattern>
      )}
      {visits > 0 && (
        <rect
          className={isToday ? 'bar unfinished' : 'bar'}
          fill={isToday ? 'url(#unfinished)' : undefined}
          x="14%"
          y={`${(100 - percent).toFixed(2)}%`}
          width="72%"
          height="110%"
          rx="3"
        />
      )}
    </svg>
  )
}

function DaysTable({ days }: { days: ShownDay[] }) {
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Day (UTC)</th>
          <th scope="col">Visits</th>
        </tr>
      </thead>
      <tbody>
        {days.toReversed().map((day) => (
          <tr key={day.day}>
            <th scope="row">
              <time dateTime={day.day}>{dayInWords(day.day)}</time>
              {day.isToday && ', so far'}
            </th>
            <td>
              <VisitsOf {...day} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

// Today's are renewed where the number in the heading is.
function VisitsOf({ text, isToday }: ShownDay) {
  return isToday ? <span data-live="today">{text}</span> : text
}
