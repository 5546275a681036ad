import { headers } from 'next/headers'
import { plural } from '../../format.ts'
import { notCounted } from '../../notice.tsx'
import { told } from '../../told.ts'
import { countedVisits } from '../visits.ts'

/**
 * The front page for curl and its kind: handle.ts sends them here from `/`. Scripts read
 * the first line, so its number is in digits alone, and what else there is to say comes after it.
 */
export async function GET(): Promise<Response> {
  const { total } = await countedVisits()
  const isNoticed = (await headers()).get(told.notice) !== null
  const lines = [
    `This server has been visited ${total} ${plural(total, 'time')}.`,
    ...(isNoticed ? [notCounted] : []),
  ]
  return new Response(`${lines.join('\n')}\n`, { headers: { 'cache-control': 'no-store' } })
}
