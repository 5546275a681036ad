import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Data } from '../db/data.ts'
import type { Visits } from '../db/visits.ts'
import type { Writer } from './writer.ts'

/**
 * Returns what has the writer count a visit; where it can't, the visitor is shown what this copy
 * has, and a header says so.
 */
export function countAt(writer: Pick<Writer, 'count'>, data: Pick<Data, 'countVisits'>) {
  return async (request: IncomingMessage, response: ServerResponse, now: Date): Promise<Visits> => {
    const counted = await writer.count(request)
    if (counted !== null) return counted
    response.setHeader('x-visit', 'not-counted')
    return data.countVisits(now)
  }
}
