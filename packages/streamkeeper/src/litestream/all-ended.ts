/**
 * Waits until all have ended, whatever became of them.
 *
 * @throws what the first of them failed with
 */
export async function allEnded<const T extends readonly unknown[]>(
  work: T,
): Promise<{ -readonly [Key in keyof T]: Awaited<T[Key]> }> {
  await Promise.allSettled(work)
  return Promise.all(work)
}
