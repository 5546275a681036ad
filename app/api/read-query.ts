import { z } from 'zod'
import { invalid } from './problem.ts'

const none = new URLSearchParams()

/** Of a request that takes none. */
export const noParameters = z.strictObject({})

/**
 * Reads the query of a request.
 *
 * @param parameters each takes a string: one that is there more than once is none
 * @throws {ProblemError} if it has other parameters than these
 */
export function readQuery<Parameters extends z.ZodObject>(
  { url }: Pick<Request, 'url'>,
  parameters: Parameters,
): z.output<Parameters> {
  const searchParams = url.includes('?') ? new URL(url).searchParams : none
  const given = [...searchParams.keys()].map((name) => {
    const [first, ...others] = searchParams.getAll(name)
    return [name, others.length === 0 ? first : [first, ...others]]
  })
  const { success, data, error } = parameters.safeParse(Object.fromEntries(given))
  if (success) return data
  throw invalid(400, 'The query is not valid.', error)
}
