import { replicated } from 'streamkeeper'
import { receiptInWords } from './words.ts'

/** Says to whoever has just written an entry that it is safe; app/client/entries.ts says the same. */
export function Receipt({ durableMs }: { durableMs: number }) {
  return <p className="receipt">{receiptInWords(durableMs, replicated().role)}</p>
}
