import { z } from 'zod'

const text = (what: string, limit: number) =>
  z
    .string()
    .overwrite((written) => written.replace(/\r\n?/g, '\n').trim())
    .min(1, `Please write ${what}.`)
    .refine((written) => [...written].length <= limit, {
      error: ({ input }) =>
        `This is ${[...String(input)].length} characters long; please shorten it to ${limit}.`,
    })
    // Invisible, and a NUL ends the text for some of the programs that will read it.
    .refine((written) => !/[^\P{Cc}\n\t]/u.test(written), {
      error: 'This holds a character that can not be shown; please write it again.',
    })

/** What a visitor may write, as it will be stored: trimmed, with line feeds alone. */
export const newEntry = z.object({
  name: text('your name', 80).regex(/^[^\n]*$/, 'Please write your name in one line.'),
  message: text('a message', 1000),
})

export type NewEntry = z.infer<typeof newEntry>
