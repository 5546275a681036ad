#!/usr/bin/env node
// Is gcloud or curl, by the name it is called by, for programs that look for them on the PATH.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { runFake } from './fake-programs.mjs'

const { FAKE_GCLOUD_STATE: stateFile, FAKE_GCLOUD_CALLS: callsFile } = process.env
const [, program, ...argv] = process.argv
const { ok, output } = runFake(basename(program), argv, {
  stateFile,
  callsFile,
  stdin: () => readFileSync(0, 'utf8'),
})
if (output) (ok ? console.log : console.error)(output)
process.exitCode = ok ? 0 : 1
