import { headers } from 'next/headers'
import { told } from '../told.ts'

/** Has app/client/numbers.ts count the visit of a page that is rendered before anybody sees it. */
export async function VisitWhenShown() {
  const isLater = (await headers()).get(told.later) !== null
  return isLater && <meta name="visit" content="when-shown" />
}
