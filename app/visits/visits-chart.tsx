import { data } from '../data.ts'
import { dayInWords, numberInWords } from '../format.ts'
import { DaysTable, type ShownDay } from './days-table.tsx'
import { Plot } from './plot.tsx'
import { sinceFirstVisit } from './scale.ts'
import { countedVisits } from './visits.ts'

const mostDays = 30

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
