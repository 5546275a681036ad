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
        {days.toReversed().map(({ day, text, isToday }) => (
          <tr key={day}>
            <th scope="row">
              <time dateTime={day}>{dayInWords(day)}</time>
              {isToday && ', so far'}
            </th>
            <td>{text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
