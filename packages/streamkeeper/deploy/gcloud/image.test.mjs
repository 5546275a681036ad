import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { root } from '../../src/cli/lib/project.mjs'
import { Cloud } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'

const where = ['--project', 'my-project', '--region', 'us-east1', '--bucket', 'my-data', '--yes']
const elsewhere = [...where, '--build-region', 'europe-west1']
const image = 'europe-west1-docker.pkg.dev/other/visits/visits:1'

describe('a project that may build in few regions', () => {
  const regionsWithoutBuilds = ['us-east1']

  it('is told of the ways to deploy all the same', async () => {
    const { error } = await new Cloud({ regionsWithoutBuilds }).run(deploy, where)
    assert.match(error.message, /give --build-region with one that .* or .* give --image/)
  })

  it('builds in another region, and the sources and the image stay in that of the service', async () => {
    const cloud = new Cloud({ regionsWithoutBuilds })
    const { error, said } = await cloud.run(deploy, elsewhere)
    assert.equal(error, null)
    assert.match(said, /from the source in this folder, built in europe-west1/)
    const { buckets, images, repositories, services } = cloud.state
    assert.equal(buckets['gs://my-project-visits-sources'].location, 'US-EAST1')
    assert.deepEqual(repositories, ['us-east1/visits'])
    assert.match(images[0], /^us-east1-docker\.pkg\.dev\/my-project\/visits\/visits:/)
    assert.equal(services['us-east1/visits'].image, `${images[0]}@sha256:1`)
  })

  it('goes on from where a build in the wrong region stopped it', async () => {
    const cloud = new Cloud({ regionsWithoutBuilds })
    await cloud.run(deploy, where)
    const { error } = await cloud.run(deploy, elsewhere)
    assert.equal(error, null)
  })

  it('makes the repository and the bucket once', async () => {
    const cloud = new Cloud({ regionsWithoutBuilds })
    await cloud.run(deploy, elsewhere)
    cloud.forget()
    await cloud.run(deploy, elsewhere)
    assert.deepEqual(cloud.changes(), [
      'builds submit .',
      'run deploy visits',
      'run jobs deploy visits-verify',
    ])
  })

  it('runs exactly the commands that --dry-run prints, each of which can be run by hand', async () => {
    const { printed } = await new Cloud().run(deploy, [...elsewhere, '--dry-run'])
    const cloud = new Cloud({ regionsWithoutBuilds })
    await cloud.runLines(printed)
    assert.ok(cloud.state.services['us-east1/visits'])
  })
})

describe('the build by hand', () => {
  it('is told all that its file asks for', async () => {
    const text = await readFile(join(root, 'packages/streamkeeper/deploy/cloudbuild.yaml'), 'utf8')
    const asked = new Set([...text.matchAll(/\$\{?(_[A-Z_]+)/g)].map(([, name]) => name))
    const { printed } = await new Cloud().run(deploy, [...elsewhere, '--dry-run'])
    const [, told] = /--substitutions (\S+)/.exec(printed)
    assert.deepEqual(told.match(/(?<=[",])_[A-Z_]+(?==)/g).sort(), [...asked].sort())
  })
})

describe('an image that was built elsewhere', () => {
  it('is deployed as it is, without an account for builds', async (test) => {
    process.env.COMMIT = 'abc1234'
    test.after(() => delete process.env.COMMIT)
    const cloud = new Cloud({ images: [image] })
    const { error, said } = await cloud.run(deploy, [...where, '--image', image])
    assert.equal(error, null)
    assert.match(said, new RegExp(`the service visits, with the image ${image}`))
    const { accounts, services } = cloud.state
    assert.ok(!accounts.some((email) => email.startsWith('visits-build@')))
    const { flags } = services['us-east1/visits']
    assert.equal(flags.image, image)
    assert.deepEqual([flags.source, flags['build-service-account']], [undefined, undefined])
    // It knows its own.
    assert.doesNotMatch(flags['set-env-vars'], /COMMIT/)
  })

  it('reaches the readers and the job as well', async () => {
    const cloud = new Cloud({ images: [image] })
    const readers = ['--readers', 'asia-northeast1']
    const { error } = await cloud.run(deploy, [...where, '--image', image, ...readers])
    assert.equal(error, null)
    const { jobs, services } = cloud.state
    assert.equal(services['asia-northeast1/visits-readers'].image, image)
    assert.equal(jobs['visits-verify'].flags.image, image)
  })

  it('contradicts a place to build, and has to look like one', async () => {
    const both = await new Cloud().run(deploy, [...elsewhere, '--image', image])
    assert.match(
      both.error.message,
      /--image and --build-region contradict each other: it is built/,
    )
    const { error } = await new Cloud().run(deploy, [...where, '--image', 'Visits;rm'])
    assert.match(error.message, /--image "Visits;rm" is not an image/)
  })
})
