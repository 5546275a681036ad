type Severity = 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL'

/**
 * Writes one line: JSON in Cloud Logging's names
 * (https://cloud.google.com/logging/docs/structured-logging), words on a terminal.
 */
export function log(
  severity: Severity,
  message: string,
  facts: Record<string, unknown> = {},
): void {
  const line = process.stdout.isTTY
    ? `${severity === 'INFO' ? '' : `${severity}: `}${message}`
    : JSON.stringify({ severity, message, time: new Date().toISOString(), ...facts })
  process.stdout.write(`${line}\n`)
}
