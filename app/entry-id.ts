import { z } from 'zod'

/**
 * A number as it stands in an address: digits alone, with one way to write each. `Number` would take
 * `1e3`, `0x10` and ` 5` for numbers as well.
 *
 * @param error what to say of anything else
 */
export function digits(min: number, max: number, error: string) {
  return z
    .string(error)
    .regex(/^(0|[1-9][0-9]{0,15})$/, error)
    .transform(Number)
    .refine((number) => number >= min && number <= max, error)
}

/** The number of an entry, as of anything that the database counts. */
export const entryId = digits(1, Number.MAX_SAFE_INTEGER, 'This has to be the number of an entry.')

/** The entry that a page of entries begins below; null on the first page. */
export const before = entryId.nullable().default(null)

/** What Next gives a page. */
export type PageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> }

/** The entry that a page of entries is to begin below; null where it is to be the first. */
export async function beforeOf({ searchParams }: PageProps): Promise<number | null> {
  return before.catch(null).parse((await searchParams).before)
}
