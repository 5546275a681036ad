import { randomUUID } from 'node:crypto'
import { headers } from 'next/headers'
import { replicated } from 'streamkeeper'
import { z } from 'zod'
import { data } from '../data.ts'
import { digits, entryId } from '../entry-id.ts'
import { flashed } from '../forms/flashed.ts'
import { FormOnPage } from '../forms/form.tsx'
import { signForm } from '../forms/forms.ts'
import { told } from '../told.ts'
import { EntryList } from './entry-list.tsx'
import { receiptInWords } from './words.ts'

const entriesAPage = 10

// The entry that who asks for this page has just written, and after how many milliseconds it was safe.
const signed = z.tuple([entryId, digits(0, 999_999_999, '')])

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
  const [own, durableMs = 0] = (await flashed('signed', signed)) ?? []
  const isThanked = page.entries.some(({ id }) => id === own)
  const key = (await headers()).get(told.formKey) ?? randomUUID()
  return (
    <section className="guestbook" aria-labelledby="guestbook">
      <Heading id="guestbook">Guestbook</Heading>
      {before === null && (
        <FormOnPage
          form={signForm}
          values={new Map([['key', key]])}
          done={isThanked ? 'Thank you. Your entry is saved.' : ''}
        />
      )}
      <div id="entries">
        <EntryList page={page} before={before} path="/guestbook">
          {({ id }) =>
            // As app/client/entries.ts says it.
            id === own && <p className="receipt">{receiptInWords(durableMs, replicated().role)}</p>
          }
        </EntryList>
      </div>
    </section>
  )
}
