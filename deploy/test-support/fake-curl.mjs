#!/usr/bin/env node
// Stands in for curl: visits a service of the fake project, whose data is then as this revision has it.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { urlOf } from './fake-project.mjs'
import { servingNumber } from './fake-traffic.mjs'

const { FAKE_GCLOUD_STATE: file, FAKE_GCLOUD_CALLS: calls } = process.env
const argv = process.argv.slice(2)
const state = JSON.parse(readFileSync(file, 'utf8'))
appendFileSync(calls, `${JSON.stringify({ argv: ['curl', ...argv], stdin: null })}\n`)

const failure = state.failures.find(({ match }) => match === 'curl')
const key = Object.keys(state.services).find((key) => urlOf(key) === argv.at(-1))
if (failure || !key) {
  console.error(failure?.message ?? `curl: (6) Could not resolve host: ${argv.at(-1)}`)
  process.exit(1)
}
state.services[key].visitedRevision = servingNumber(state.services[key])
writeFileSync(file, JSON.stringify(state))
console.log('<html>the page</html>')
