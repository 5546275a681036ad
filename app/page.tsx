import { Guestbook } from './guestbook/guestbook.tsx'
import { visits } from './visits/visits.ts'
import { VisitsChart } from './visits/visits-chart.tsx'

export default async function FrontPage() {
  return (
    <>
      <h1>
        This server has been visited <strong>{await visits()}</strong> times.
      </h1>
      <VisitsChart />
      <Guestbook before={null} signed={null} />
    </>
  )
}
