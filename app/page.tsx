import { Guestbook } from './guestbook/guestbook.tsx'
import { visits } from './visits/visits.ts'
import { VisitsChart } from './visits/visits-chart.tsx'

export default async function FrontPage() {
  const { total, times, today, day } = await visits()
  return (
    <div className="front">
      <div className="now">
        <div className="count">
          <h1>
            <span className="said">This server has been visited </span>
            <strong data-live="visits">{total}</strong> <span data-live="times">{times}</span>.
          </h1>
          <p className="today">
            <span data-live="today">{today}</span> today
          </p>
        </div>
        <VisitsChart today={today} day={day} />
      </div>
      <Guestbook before={null} />
    </div>
  )
}
