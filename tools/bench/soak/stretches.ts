/** In a storm instances end, freeze and are replaced; in a calm one lives with bucket faults alone. */
export type Stretch = { kind: 'storm' | 'calm'; untilMs: number }

/**
 * Storms and calms in turn, up to 8 minutes each, that take so many minutes.
 *
 * @returns with the moment of each end, in milliseconds after the begin
 */
export function stretchesOf(minutes: number): Stretch[] {
  const turns = Math.max(1, Math.round(minutes / 15))
  const turnMs = (minutes * 60_000) / turns
  return Array.from({ length: turns }, (_, turn): Stretch[] => [
    { kind: 'storm', untilMs: (turn + 0.45) * turnMs },
    { kind: 'calm', untilMs: (turn + 1) * turnMs },
  ]).flat()
}
