type Severity = 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL'
type Facts = Record<string, unknown>

/**
 * Writes one line of JSON in Cloud Logging's names
 * (https://cloud.google.com/logging/docs/structured-logging); `npm start` shows it in words.
 */
export function log(severity: Severity, message: string, facts: Facts = {}): void {
  waiting += lineOf(severity, message, facts)
  write()
}

/** The same at the end of this turn of the event loop: what many requests log costs one call of the system. */
export function logSoon(severity: Severity, message: string, facts: Facts): void {
  if (waiting === '') setImmediate(write)
  waiting += lineOf(severity, message, facts)
}

let waiting = ''
process.on('exit', write)

function write(): void {
  if (waiting !== '') process.stdout.write(waiting)
  waiting = ''
}

function lineOf(severity: Severity, message: string, facts: Facts): string {
  return `${JSON.stringify({ severity, message, time: new Date().toISOString(), ...facts })}\n`
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
  if (!(error instanceof Error)) return String(error)
  const { message, cause } = error
  // By itself, what `fetch` says, such as "fetch failed", tells nothing.
  if (!(error instanceof TypeError && cause instanceof Error)) return message
  return cause.message || ('code' in cause ? String(cause.code) : message)
}
