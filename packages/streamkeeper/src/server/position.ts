import type { ServerResponse } from 'node:http'

/** Says in the answer to a write up to where all is in the bucket, as `EPOCH-TXID`. */
export const positionHeader = 'x-replica-position'

/**
 * Has the answer say up to where all is in the bucket, for those who read another copy: when its
 * head is written, so that what was made durable for it is there.
 *
 * @param position null where nothing was made durable yet
 */
export function tellPosition(response: ServerResponse, position: () => string | null): void {
  const { writeHead } = response
  response.writeHead = (...head: unknown[]) => {
    const durable = position()
    if (durable !== null) response.setHeader(positionHeader, durable)
    return Reflect.apply(writeHead, response, head)
  }
}
