'use server'

import { refresh } from 'next/cache'
import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { z } from 'zod'
import { addEntry } from '../../db/entries.ts'
import { log } from '../../server/log.ts'
import { database } from '../database.ts'
import { newEntry } from './new-entry.ts'

type Written = { name: string; message: string }

/** What became of the form as it was last sent. */
export type Signing =
  | { status: 'blank' }
  | { status: 'signed' }
  | { status: 'invalid'; written: Written; problems: Partial<Record<keyof Written, string[]>> }
  | { status: 'failed'; written: Written }

/** Writes what the form holds into the guestbook. */
export async function sign(_: Signing, form: FormData): Promise<Signing> {
  const written = { name: field(form, 'name'), message: field(form, 'message') }
  const { success, data, error } = newEntry.safeParse(written)
  if (!success) {
    return { status: 'invalid', written, problems: z.flattenError(error).fieldErrors }
  }
  let id: number
  try {
    id = (await addEntry(await database(), data, new Date())).id
  } catch (error) {
    log('ERROR', `A guestbook entry could not be written: ${error}`)
    return { status: 'failed', written }
  }
  // Without JavaScript the answer is a page, and reloading it must not send the form again.
  if (!(await headers()).has('next-action')) redirect(`/guestbook?signed=${id}`)
  refresh()
  return { status: 'signed' }
}

function field(form: FormData, name: string): string {
  const value = form.get(name)
  return typeof value === 'string' ? value : ''
}
