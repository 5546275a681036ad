/** A state of the data: a transaction of an epoch. */
export type Position = { epoch: number; txid: number }

/** Reads what `x-replica-position`, or a cookie, says; null where it is none. */
export function parsePosition(text: string | undefined): Position | null {
  const [, epoch, txid] = /^(\d{1,8})-(\d{1,15})$/.exec(text ?? '') ?? []
  return epoch && txid ? { epoch: Number(epoch), txid: Number(txid) } : null
}

export function positionText({ epoch, txid }: Position): string {
  return `${epoch}-${txid}`
}

/** Whether the state `position` holds all that `wanted` does: an epoch begins with all before it. */
export function holds(position: Position, wanted: Position): boolean {
  return (
    position.epoch > wanted.epoch ||
    (position.epoch === wanted.epoch && position.txid >= wanted.txid)
  )
}

export function later(one: Position | null, other: Position): Position {
  return one && holds(one, other) ? one : other
}
