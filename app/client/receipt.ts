import type { Replicated } from 'streamkeeper'
import { receiptInWords } from '../guestbook/receipt-words.ts'

/** Says at an entry that was just written here that it is safe. */
export function showReceipt(id: number, durableMs: number): void {
  const entry = document.getElementById(`entry-${id}`)
  if (!entry || entry.querySelector('.receipt')) return
  const role = document.querySelector<HTMLElement>('.replication')?.dataset.role
  const receipt = document.createElement('p')
  receipt.className = 'receipt'
  receipt.textContent = receiptInWords(durableMs, (role ?? 'writer') as Replicated['role'])
  entry.append(receipt)
}
