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

/** What an error says, without its stack. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
