/**
 * Which entries are new to who reads the page: those between the ones that are shown, too, as an
 * own entry is shown before those that others wrote meanwhile.
 *
 * @param newest the ids of the newest there are, the newest first
 * @param shown the ids that are shown
 */
export function unseen(newest: number[], shown: number[]): number[] {
  const oldest = Math.min(...shown)
  return newest.filter((id) => !shown.includes(id) && (shown.length === 0 || id > oldest))
}

/** @param most how many are known at most */
export function newsInWords(count: number, most: number): string {
  if (count >= most) return `More than ${most - 1} new entries`
  return count === 1 ? '1 new entry' : `${count} new entries`
}
