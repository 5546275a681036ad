'use server'

import { randomUUID } from 'node:crypto'
import { refresh } from 'next/cache'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { z } from 'zod'
import { log } from '../../server/log.ts'
import { keepEntry } from './keep-entry.ts'
import { newEntry } from './new-entry.ts'

type Written = { name: string; message: string }

/** What became of the form as it was last sent, and the idempotency key for the next time. */
export type Signing = { key: string } & (
  | { status: 'blank' | 'signed' }
  | { status: 'invalid'; written: Written; problems: Partial<Record<keyof Written, string[]>> }
  | { status: 'not-durable' | 'not-written'; written: Written }
)

/** Writes what the form holds into the guestbook. */
export async function sign(_: Signing, form: FormData): Promise<Signing> {
  const key = z
    .uuid()
    .catch(() => randomUUID())
    .parse(form.get('key'))
  // People don't see this field. What fills it in isn't told that it was found out.
  if (field(form, 'website') !== '') {
    log('INFO', 'A form was dropped, as its hidden field was filled in.')
    return signed(1)
  }
  const written = { name: field(form, 'name'), message: field(form, 'message') }
  const { success, data, error } = newEntry.safeParse(written)
  if (!success) {
    return { status: 'invalid', key, written, problems: z.flattenError(error).fieldErrors }
  }
  let kept = await keepEntry(data, key)
  // The form was sent before, and what it holds was changed since: that is another entry.
  if (kept.outcome === 'key-reused') kept = await keepEntry(data, randomUUID())
  if (kept.outcome !== 'kept') {
    return { status: kept.outcome === 'not-durable' ? 'not-durable' : 'not-written', key, written }
  }
  return signed(kept.entry.id)
}

async function signed(id: number): Promise<Signing> {
  // Without JavaScript the answer is a page, and reloading it must not send the form again.
  if (!(await headers()).has('next-action')) redirect(`/guestbook?signed=${id}`)
  refresh()
  return { status: 'signed', key: randomUUID() }
}

function field(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}
