import { headers } from 'next/headers'
import type { Notice as Name } from 'streamkeeper/config'
import { notCounted, told } from './told.ts'

const words: Record<Name, string> = {
  preview:
    'This is a preview. It shows a copy of the data: visits are not counted, and nothing can be written.',
  'older-release':
    'A newer release takes over. Until then this page shows a copy: visits are not counted, and nothing can be written.',
  'not-written': notCounted,
}

/** Says so where a page only shows a copy of the data. */
export async function Notice() {
  const name = (await headers()).get(told.notice)
  const text = Object.entries(words).find(([known]) => known === name)?.[1]
  return text && <p className="notice">{text}</p>
}
