import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Cloud, withDatabaseUrl } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'

const place = ['--project', 'my-project', '--region', 'europe-west1', '--yes']
const yes = [...place, '--bucket', 'my-data']
const policy = 'run services visits'
const opens = /^ +it is not public until now, .* --no-public$/m
const everybody = { role: 'roles/run.invoker', members: ['allUsers'] }
const somebody = { role: 'roles/run.invoker', members: ['user:me@example.com'] }

/** A project with a service that an earlier release has made public, by a grant to everybody. */
async function madePublicByGrant() {
  const cloud = new Cloud()
  await cloud.run(deploy, yes)
  const { policies, services } = cloud.state
  delete services['europe-west1/visits'].flags['no-invoker-iam-check']
  cloud.set({ policies: { ...policies, [policy]: [somebody, everybody] }, services })
  cloud.forget()
  return cloud
}

function checksIn(cloud) {
  const { flags } = cloud.state.services['europe-west1/visits']
  return Object.keys(flags).filter((flag) => /invoker-iam-check|unauthenticated/.test(flag))
}

describe('a public service', () => {
  it('is so without a grant to everybody, which an organization may forbid', async () => {
    const cloud = new Cloud()
    const { error } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.deepEqual(checksIn(cloud), ['no-invoker-iam-check'])
    assert.equal(cloud.state.policies[policy], undefined)
  })

  it('stays so where an earlier release has made it public by a grant', async () => {
    const cloud = await madePublicByGrant()
    const { error, said } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.doesNotMatch(said, opens)
    assert.deepEqual(checksIn(cloud), ['no-invoker-iam-check'])
    assert.deepEqual(cloud.state.policies[policy], [somebody, everybody])
  })
})

describe('a service that only some may ask', () => {
  it('is made with the check, and is told of no grant', async () => {
    const cloud = new Cloud()
    const { error, said } = await cloud.run(deploy, [...yes, '--no-public'])
    assert.equal(error, null)
    assert.deepEqual(checksIn(cloud), ['invoker-iam-check'])
    assert.doesNotMatch(said, /allUsers/)
    assert.equal(cloud.state.policies[policy], undefined)
  })

  it('is taken from everybody, and from nobody else, where it was public by a grant', async () => {
    const cloud = await madePublicByGrant()
    const { error, said } = await cloud.run(deploy, [...yes, '--no-public'])
    assert.equal(error, null)
    assert.match(said, /^ {2}delete {2}the right of everybody \(allUsers\) to ask visits$/m)
    assert.deepEqual(checksIn(cloud), ['invoker-iam-check'])
    assert.deepEqual(cloud.state.policies[policy], [somebody])
    cloud.forget()
    await cloud.run(deploy, [...yes, '--no-public'])
    assert.ok(!cloud.changes().some((change) => /iam-policy-binding/.test(change)))
  })

  it('is taken from everybody by a deployment on a database too', async () => {
    const cloud = await madePublicByGrant()
    const { apis, secrets } = cloud.state
    cloud.set({ apis, secrets: { ...secrets, ...withDatabaseUrl.secrets } })
    const secret = ['--database-url-secret', 'database-url']
    const { error } = await cloud.run(deploy, [...place, ...secret, '--no-public'])
    assert.equal(error, null)
    assert.deepEqual(cloud.state.policies[policy], [somebody])
  })

  it('is not called closed where the grant can not be taken back', async () => {
    const cloud = await madePublicByGrant()
    const message = 'PERMISSION_DENIED: Permission run.services.setIamPolicy denied'
    cloud.set({ failures: [{ match: 'run services remove-iam-policy-binding', message }] })
    const { error } = await cloud.run(deploy, [...yes, '--no-public'])
    assert.match(error.message, /run services remove-iam-policy-binding visits failed/)
  })

  it('is public again by a deployment without the option', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, [...yes, '--no-public'])
    const { error } = await cloud.run(deploy, yes)
    assert.equal(error, null)
    assert.deepEqual(checksIn(cloud), ['no-invoker-iam-check'])
  })

  it('is not opened without a word in the plan', async () => {
    const cloud = new Cloud()
    await cloud.run(deploy, [...yes, '--no-public'])
    const plan = async (...args) => (await cloud.run(deploy, [...yes, ...args])).said
    assert.doesNotMatch(await plan('--no-public'), opens)
    assert.match(await plan(), opens)
    assert.doesNotMatch(await plan(), opens)
  })
})
