// What is shown elsewhere in the line, or says nothing to a person.
const known = ['severity', 'message', 'time', 'level', 'msg', 'httpRequest']

/** An entry of Cloud Logging for a person: when, how bad, of what, and what it says. */
export function lineOf(entry) {
  const { timestamp, resource } = entry
  const [severity, text, facts] = saidBy(entry)
  const {
    service_name: service,
    revision_name: revision,
    job_name: job,
    location,
  } = resource?.labels ?? {}
  // Of a reader the region tells most, of a service which revision it is.
  const source = job ?? (service?.endsWith('-readers') ? `${service} ${location}` : revision)
  const time = timestamp.slice(0, 23).replace('T', ' ').replace(/Z$/, '')
  const more = Object.entries(facts).map(([name, value]) => `${name}=${inBrief(value)}`)
  const words = [time, severity.padEnd(8), `[${source ?? service}]`, text, ...more]
  return harmless(words.join(' ').trimEnd())
}

// What users send is in there, and a terminal obeys some characters.
function harmless(text) {
  return text.replace(/(?![\n\t])\p{Cc}/gu, (character) => {
    const code = character.codePointAt(0).toString(16)
    return `\\u${code.padStart(4, '0')}`
  })
}

function saidBy(entry) {
  const { severity = 'DEFAULT', textPayload, jsonPayload, protoPayload, httpRequest } = entry
  if (jsonPayload?.msg) return saidByLitestream(jsonPayload)
  if (jsonPayload) return [severity, jsonPayload.message ?? '', others(jsonPayload)]
  if (protoPayload) return saidByGoogle(severity, protoPayload)
  // Refused before it came to the app.
  if (httpRequest) {
    const { requestMethod, requestUrl, status } = httpRequest
    return [severity, `${requestMethod} ${pathOf(requestUrl)} ${status} ${textPayload ?? ''}`, {}]
  }
  return [severity, textPayload ?? '', {}]
}

function saidByLitestream({ msg, level, ...payload }) {
  const severity = { WARN: 'WARNING', ERROR: 'ERROR' }[level] ?? 'INFO'
  return [severity, `Litestream: ${msg}`, others(payload)]
}

// Deployments and what became of them: https://cloud.google.com/run/docs/audit-logging
function saidByGoogle(severity, { methodName, status, authenticationInfo }) {
  const who = authenticationInfo?.principalEmail
  const text = status?.message || [methodName, who && `by ${who}`].filter(Boolean).join(' ')
  return [severity, `Cloud Run: ${text}`, {}]
}

function others(payload) {
  const entries = Object.entries(payload).filter(
    ([name]) => !known.includes(name) && !name.startsWith('logging.googleapis.com/'),
  )
  return Object.fromEntries(entries)
}

function pathOf(url) {
  return URL.canParse(url) ? new URL(url).pathname : url
}

function inBrief(value) {
  return typeof value === 'string' && /^\S+$/.test(value) ? value : JSON.stringify(value)
}
