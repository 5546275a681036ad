import { data } from '../data.ts'
import { formKey } from '../form-key.ts'
import { EntryList } from './entry-list.tsx'
import { justSigned } from './just-signed.ts'
import { Receipt } from './receipt.tsx'
import { SignForm } from './sign-form.tsx'

const entriesAPage = 10

/**
 * The form and a page of entries.
 *
 * @param before shows only what was written before this entry; null starts at the newest
 * @param heading `h1` where it is the heading of the whole page
 */
export async function Guestbook({
  heading: Heading = 'h2',
  before,
}: {
  heading?: 'h1' | 'h2'
  before: number | null
}) {
  const page = await (await data()).listEntries({ before, limit: entriesAPage })
  const signed = await justSigned()
  return (
    <section className="guestbook" aria-labelledby="guestbook">
      <Heading id="guestbook">Guestbook</Heading>
      {before === null && (
        <SignForm
          idempotencyKey={await formKey()}
          isThanked={page.entries.some(({ id }) => id === signed?.id)}
        />
      )}
      <div id="entries">
        <EntryList page={page} before={before} path="/guestbook">
          {({ id }) => id === signed?.id && <Receipt durableMs={signed.durableMs} />}
        </EntryList>
      </div>
    </section>
  )
}
