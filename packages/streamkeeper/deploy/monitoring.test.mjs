import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { WrongArguments } from '../src/cli/lib/failure.mjs'
import { monitoring } from './monitoring.mjs'
import { namesOf } from './settings.mjs'

async function printed(...args) {
  const lines = []
  const app = async () => ({ name: 'my-notes' })
  await monitoring(args, { print: (text) => lines.push(text), app })
  return lines.join('\n')
}

describe('what watches an app', () => {
  it('has the names of its metrics, and no other', async () => {
    const { groups } = parse(await printed('alerts'))
    const { panels } = JSON.parse(await printed('dashboard'))
    const alerts = groups[0].rules.map(({ expr }) => expr)
    const graphs = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    assert.ok(alerts.length > 5 && graphs.length > 10)
    for (const expr of [...alerts, ...graphs]) assert.match(expr, /\b(my_notes|litestream)_[a-z]/)
  })

  it('leaves nothing to be filled in', async () => {
    for (const name of ['alerts', 'dashboard', 'verify-failed']) {
      assert.doesNotMatch(await printed(name), /NAME|TITLE|PREFIX|SERVICE|VERIFY_JOB/)
    }
    assert.match(await printed('dashboard'), /"title": "My-notes",\n {2}"uid": "my-notes"/)
  })

  it('is about the job that a deployment of that service makes', async () => {
    for (const service of ['my-notes', 'other']) {
      const { displayName, conditions } = JSON.parse(
        await printed('verify-failed', '--service', service),
      )
      const { filter } = conditions[0].conditionThreshold
      const { verifyJob } = namesOf({ service })
      assert.ok(filter.includes(`resource.labels.job_name = "${verifyJob}"`))
      assert.match(displayName, new RegExp(`^${service}: `))
    }
  })

  it('is one of three things', async () => {
    for (const args of [[], ['alert'], ['alerts', 'dashboard'], ['alerts', '--servce', 'a']]) {
      await assert.rejects(printed(...args), WrongArguments)
    }
  })
})
