// As many characters as a line has where it is widest, and lines that are shown at first.
const width = 80
const lines = 6

/** Whether a message is folded, as it would leave no room for others. */
export function isLong(message: string): boolean {
  const needed = message.split('\n').map((line) => Math.max(1, Math.ceil(line.length / width)))
  return needed.reduce((sum, count) => sum + count, 0) > lines
}
