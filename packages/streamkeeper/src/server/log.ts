type Severity = 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL'

/**
 * Writes one line of JSON in Cloud Logging's names
 * (https://cloud.google.com/logging/docs/structured-logging); `npm start` shows it in words.
 */
export function log(
  severity: Severity,
  message: string,
  facts: Record<string, unknown> = {},
): void {
  const line = JSON.stringify({ severity, message, time: new Date().toISOString(), ...facts })
  process.stdout.write(`${line}\n`)
}

const saidAtMs = new Map<string, number>()

/** Logs what goes on for many requests when it begins, and then once a minute. */
export function logSometimes(severity: Severity, message: string, now = performance.now()): void {
  if (now - (saidAtMs.get(message) ?? Number.NEGATIVE_INFINITY) < 60_000) return
  if (saidAtMs.size >= 100) saidAtMs.clear()
  saidAtMs.set(message, now)
  log(severity, message)
}

/** What an error says, without its stack. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
