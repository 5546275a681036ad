import { readFileSync } from 'node:fs'
import { asksForHelp, parse } from '../src/cli/lib/arguments.mjs'
import { WrongArguments } from '../src/cli/lib/failure.mjs'
import { namesOf } from './settings.mjs'

const help = `Prints what watches the app, with its names filled in.

  streamkeeper monitoring alerts          rules for Prometheus
  streamkeeper monitoring dashboard       a dashboard for Grafana
  streamkeeper monitoring verify-failed   a policy for Cloud Monitoring: the daily check has failed

  --service    the name of the service, if it was given to streamkeeper deploy
  --help

Exit codes: 0 done, 1 failed, 2 wrong arguments.`

const templates = {
  alerts: 'alerts.yaml',
  dashboard: 'dashboard.json',
  'verify-failed': 'verify-failed.json',
}

/** @throws {WrongArguments} */
export async function monitoring(args, { print, app }) {
  if (asksForHelp(args)) return print(help)
  const { values, positionals } = parse(args, { service: { type: 'string' } }, { positionals: 1 })
  const template = templates[positionals[0]]
  if (!template) throw new WrongArguments(`Say what: ${Object.keys(templates).join(', ')}.`)
  const { name } = await app()
  const text = readFileSync(new URL(`../monitoring/${template}`, import.meta.url), 'utf8')
  print(filled(text, name, values.service ?? name).trimEnd())
}

function filled(text, name, service) {
  const names = {
    NAME: name,
    TITLE: name[0].toUpperCase() + name.slice(1),
    PREFIX: name.replaceAll('-', '_'),
    SERVICE: service,
    VERIFY_JOB: namesOf({ service }).verifyJob,
  }
  // As metrics have it before an underscore, which is a letter to \b.
  return text.replace(/\b(NAME|TITLE|SERVICE|VERIFY_JOB)\b|PREFIX(?=_)/g, (name) => names[name])
}
