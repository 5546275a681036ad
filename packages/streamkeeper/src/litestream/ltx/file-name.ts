/** The name that Litestream gives the file of transactions `min` to `max`. */
export function ltxName(min: number, max: number = min): string {
  return `${hex(min)}-${hex(max)}.ltx`
}

function hex(txid: number): string {
  return txid.toString(16).padStart(16, '0')
}
