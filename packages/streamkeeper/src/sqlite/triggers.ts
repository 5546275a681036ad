/** Triggers that keep tables true to another, and what makes these true where one was missing. */
export type Triggers = {
  table: string
  /** By their names. */
  triggers: Record<string, string>
  repair: string[]
}
