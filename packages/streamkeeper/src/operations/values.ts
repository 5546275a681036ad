import { z } from 'zod'

/** A whole number from 1 on. */
export const atLeastOne = z
  .string()
  .regex(/^[1-9]\d{0,8}$/, 'needs a whole number from 1 on')
  .transform(Number)

/** A number of seconds, perhaps with a fraction. */
export const seconds = z
  .string()
  .regex(/^\d{1,6}(\.\d+)?$/, 'needs a number of seconds')
  .transform(Number)

/** A whole number from 0 on. */
export const wholeNumber = z
  .string()
  .regex(/^(0|[1-9]\d{0,7})$/, 'needs a whole number from 0 on')
  .transform(Number)
