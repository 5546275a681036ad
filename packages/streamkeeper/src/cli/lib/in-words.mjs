import { createInterface } from 'node:readline'

// Our server registers the database later, so that there is none yet is no error.
const expected = ['no databases specified in configuration']

/** Shows a person the lines that Litestream and the server write, as they come. */
export function showInWords(stream, show = console.log) {
  createInterface({ input: stream }).on('line', (line) => {
    const words = inWords(line)
    if (words !== null) show(words)
  })
}

/**
 * What a line of the log says to a person: null where it says nothing that they need, the line
 * itself where it is no JSON of ours.
 */
export function inWords(line) {
  const { severity, message, msg, error } = parsed(line)
  if (message) return severity === 'INFO' ? message : `${severity}: ${message}`
  if (!msg) return line
  const level = levelOf(line)
  if (level === 'INFO' || expected.includes(msg)) return null
  return `${level}: Litestream: ${msg}${error ? ` (${error})` : ''}`
}

// Not the parsed level: Litestream's lines about compaction have a second one.
function levelOf(line) {
  const [, level = 'ERROR'] = /"level":"([A-Z]+)/.exec(line) ?? []
  return level === 'WARN' ? 'WARNING' : level
}

function parsed(line) {
  try {
    return JSON.parse(line) ?? {}
  } catch {
    return {}
  }
}
