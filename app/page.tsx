import { Guestbook } from './guestbook/guestbook.tsx'
import { countVisit } from './visits/count-visit.ts'
import { VisitsChart } from './visits/visits-chart.tsx'

export default async function FrontPage() {
  const visits = await countVisit()
  return (
    <>
      <h1>
        This server has been visited <strong>{visits}</strong> times.
      </h1>
      <VisitsChart />
      <Guestbook before={null} signed={null} />
    </>
  )
}
