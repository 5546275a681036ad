import type { Day } from '../../db/visits.ts'
import { dayInWords } from '../format.ts'

/** A day with the number of its visits as it is shown. */
export type ShownDay = Day & { text: string; isToday: boolean }

export function DaysTable({ days }: { days: ShownDay[] }) {
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

/** Today's are renewed where the number in the heading is. */
export function VisitsOf({ text, isToday }: ShownDay) {
  return isToday ? <span data-live="today">{text}</span> : text
}
