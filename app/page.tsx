import { Guestbook } from './guestbook/guestbook.tsx'
import { visits } from './visits/visits.ts'
import { VisitsChart } from './visits/visits-chart.tsx'

export default async function FrontPage() {
  const { total, times, today, day } = await visits()
  return (
    <>
      <h1>
        This server has been visited <strong data-live="visits">{total}</strong>{' '}
        <span data-live="times">{times}</span>.
      </h1>
      <p className="today">
        <span data-live="today">{today}</span> today
      </p>
      <VisitsChart today={today} day={day} />
      <Guestbook before={null} signed={null} />
    </>
  )
}
