import { z } from 'zod'
import { readText } from '../../db/text.ts'

const text = (options: Parameters<typeof readText>[1]) =>
  z
    .string({
      error: ({ input }) =>
        input === undefined ? `Please write ${options.what}.` : 'This has to be a string.',
    })
    .transform((sent, { addIssue }) => {
      const { text, problem } = readText(sent, options)
      if (problem === undefined) return text
      addIssue(problem)
      return z.NEVER
    })

/** What a visitor may write, as it will be stored. */
export const newEntry = z.strictObject(
  {
    name: text({ what: 'your name', limit: 80, isLine: true }),
    message: text({ what: 'a message', limit: 1000 }),
  },
  'Send an object with "name" and "message".',
)

export type NewEntry = z.infer<typeof newEntry>
