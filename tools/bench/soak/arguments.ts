import { z } from 'zod'

const positive = z.coerce.number().positive()

const schema = z.tuple([
  positive.default(30),
  z.coerce
    .number()
    .int()
    .nonnegative()
    .default(() => Date.now() % 1_000_000),
  positive.default(40),
])

/** Reads minutes, seed and faults a minute; bin/soak.mjs has checked them. */
export function readArguments(args: string[]) {
  const [minutes, seed, faultsAMinute] = schema.parse([args[0], args[1], args[2]])
  return { minutes, seed, faultsAMinute }
}
