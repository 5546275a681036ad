import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { apis } from '../settings.mjs'
import { Cloud } from '../test-support/cloud.mjs'
import { withRevision } from '../test-support/fake-traffic.mjs'
import { deploy } from './deploy.mjs'

const where = ['--project', 'my-project', '--region', 'europe-west1']
const yes = [...where, '--yes']
const bucket = 'REPLICA_URL=gs://my-data/visits'
const [one, two, three] = [1, 2, 3].map((number) => `visits-0000${number}-abc`)

describe('a rollback', () => {
  it('sends all traffic to the revision before, builds nothing, and names the way back', async () => {
    const cloud = new Cloud(after({}, {}, {}))
    const { error, printed, said } = await cloud.run(deploy, [...yes, '--rollback'])
    assert.equal(error, null)
    assert.deepEqual(cloud.changes(), ['run services update-traffic visits'])
    assert.deepEqual(writer(cloud).traffic, [{ revision: two, percent: 100 }])
    assert.match(said, new RegExp(`all of it to ${two} \\(2026-11-01 10:02 UTC\\); now ${three}`))
    assert.match(
      printed,
      new RegExp(`${two} has all the traffic, at https://.*--roll-forward`, 's'),
    )
  })

  it('goes to the revision that is named, and says nothing is to do where it has it all', async () => {
    const cloud = new Cloud(after({}, {}, {}))
    await cloud.run(deploy, [...yes, '--rollback', one, '--json'])
    assert.deepEqual(writer(cloud).traffic, [{ revision: one, percent: 100 }])
    cloud.forget()
    const { printed } = await cloud.run(deploy, [...yes, '--rollback', one, '--json'])
    assert.deepEqual(JSON.parse(printed), {
      ...{ url: 'https://visits-europe-west1.run.app', revision: one, percent: 100, done: [] },
    })
    assert.deepEqual(cloud.changes(), [])
  })

  it('passes over previews and what has never been ready', async () => {
    const preview = { env: `${bucket},PREVIEW=1`, noTraffic: true, tag: 'next' }
    const cloud = new Cloud(after({}, preview, { isReady: false }, {}))
    cloud.set({
      services: { [key]: { ...writer(cloud), traffic: [{ latest: true, percent: 100 }] } },
    })
    await cloud.run(deploy, [...yes, '--rollback'])
    assert.equal(writer(cloud).traffic[0].revision, one)
  })

  it('takes a revision that only rests, as it has no traffic', async () => {
    const cloud = new Cloud(after({ reason: 'Retired' }, {}))
    await cloud.run(deploy, [...yes, '--rollback'])
    assert.equal(writer(cloud).traffic[0].revision, one)
  })

  it('goes on where gcloud fails for the newest revision, which has never been ready', async () => {
    const cloud = new Cloud(after({}, {}, { isReady: false }))
    cloud.set({
      services: { [key]: { ...writer(cloud), traffic: [{ revision: two, percent: 100 }] } },
    })
    const { error, printed } = await cloud.run(deploy, [...yes, '--rollback'])
    assert.equal(error, null)
    assert.match(printed, /visits-00001-abc has all the traffic/)
    const forward = await cloud.run(deploy, [...yes, '--roll-forward'])
    assert.equal(forward.error, null)
    assert.deepEqual(writer(cloud).traffic, [{ latest: true, percent: 100 }])
  })

  it('fails where its own revision is not ready any more, or the traffic did not move', async () => {
    const said = (name) => `Revision '${name}' is not ready and cannot serve traffic.`
    for (const [name, reason] of [
      [one, /update-traffic visits failed.*Revision 'visits-00001-abc' is not ready/s],
      [
        three,
        /Of the traffic of visits in europe-west1, visits-00002-abc has all of it.*--rollback visits-00001/,
      ],
    ]) {
      const failures = [{ match: 'update-traffic', message: said(name) }]
      const cloud = new Cloud({ ...after({}, {}), failures })
      const { error } = await cloud.run(deploy, [...yes, '--rollback'])
      assert.match(error.message, reason)
    }
  })

  it('asks, and changes nothing after a no', async () => {
    const cloud = new Cloud(after({}, {}))
    const { error } = await cloud.run(deploy, [...where, '--rollback'], { ask: async () => 'n' })
    assert.equal(error.message, 'Nothing was done.')
    assert.deepEqual(cloud.changes(), [])
  })

  it('takes the other options of the usual command, and prints its commands in a dry run', async () => {
    const cloud = new Cloud(after({}, {}))
    const usual = [...where, '--bucket', 'my-data', '--memory', '1Gi']
    const { printed } = await cloud.run(deploy, [...usual, '--rollback', '--dry-run'])
    assert.equal(
      printed,
      `gcloud run services update-traffic visits --project my-project --region europe-west1 --to-revisions ${one}=100`,
    )
    const inJson = await cloud.run(deploy, [...yes, '--rollback', '--dry-run', '--json'])
    assert.deepEqual(JSON.parse(inJson.printed), { commands: [printed] })
    assert.deepEqual(cloud.changes(), [])
  })

  const refused = [
    [
      'a revision that was deleted',
      [{}, {}],
      'visits-00009-abc',
      /has no revision visits-00009-abc, or it was deleted.*visits-00002-abc/s,
    ],
    [
      'a revision that was never ready',
      [{}, { isReady: false }, {}],
      two,
      /has never been ready \(The user-provided container/,
    ],
    [
      'a preview',
      [{}, { env: `${bucket},PREVIEW=1` }, {}],
      two,
      /is a preview: it could write nothing/,
    ],
    ['nothing', [{}], '', /There is nothing to go back to/],
    [
      'data in another place',
      [{ env: 'REPLICA_URL=gs://old/visits' }, {}],
      one,
      /its data in gs:\/\/old\/visits, and visits-00002-abc in gs:\/\/my-data/,
    ],
    [
      'data in a database',
      [{ env: 'A=1', secrets: 'DATABASE_URL=url:1' }, {}],
      '',
      /in the database of the secret url/,
    ],
    [
      'an image that was deleted',
      [{ image: 'europe-docker.pkg.dev/p/r/i@sha256:1' }, {}],
      one,
      /image of visits-00001-abc was deleted/,
    ],
    [
      'a secret that was destroyed',
      [{ secrets: 'ADMIN_TOKEN=token:1' }, {}],
      one,
      /ADMIN_TOKEN from version 1 of the secret token, which is destroyed/,
    ],
    [
      'a secret that is disabled',
      [{ secrets: 'ADMIN_TOKEN=token:2' }, {}],
      one,
      /disabled.*gcloud secrets versions enable 2 --secret token/s,
    ],
  ]
  for (const [to, revisions, name, reason] of refused) {
    it(`to ${to} is refused, and changes nothing`, async () => {
      const cloud = new Cloud({
        ...after(...revisions),
        lostImages: ['europe-docker.pkg.dev/p/r/i@sha256:1'],
      })
      const { error } = await cloud.run(deploy, [...yes, '--rollback', ...(name ? [name] : [])])
      assert.match(error.message, reason)
      assert.deepEqual(cloud.changes(), [])
    })
  }

  it('from a split needs a name', async () => {
    const state = after({}, {})
    state.services[key].traffic = [one, two].map((revision) => ({ revision, percent: 50 }))
    const { error } = await new Cloud(state).run(deploy, [...yes, '--rollback'])
    assert.match(error.message, /is split.*name it, as in --rollback visits-00001-abc/)
  })

  it('says that a secret is an older version again', async () => {
    const cloud = new Cloud(
      after({ secrets: 'ADMIN_TOKEN=token:3' }, { secrets: 'ADMIN_TOKEN=token:4' }),
    )
    const { said } = await cloud.run(deploy, [...yes, '--rollback'])
    assert.match(said, /ADMIN_TOKEN is version 3 of its secret again, instead of 4/)
  })

  it('fails where the older revision answers nobody', async () => {
    const cloud = new Cloud({ ...after({}, {}), web: 503 })
    const { error } = await cloud.run(deploy, [...yes, '--rollback'])
    assert.match(error.message, /where visits-00001-abc serves, answers 503.*npx streamkeeper logs/)
    assert.deepEqual(error.done.length, 1)
  })
})

describe('a rollback to an older schema', () => {
  const lease = { schema: { migration: 20, release: two } }
  const objects = { 'gs://my-data/visits/lease.json': lease }
  const commits = [{ env: `${bucket},COMMIT=aaaaaaa` }, { env: `${bucket},COMMIT=bbbbbbb` }]

  it('says that nothing can be written, where the commit tells', async () => {
    const cloud = new Cloud({ ...after(...commits), objects })
    const { said } = await cloud.run(deploy, [...yes, '--rollback'], {
      newestMigrationAt: (commit) => (commit === 'aaaaaaa' ? 10 : 20),
    })
    assert.match(said, /visits-00001-abc knows an older schema.*nothing can be written/)
  })

  it('says nothing where the commit has the same', async () => {
    const cloud = new Cloud({ ...after(...commits), objects })
    const { said } = await cloud.run(deploy, [...yes, '--rollback'], {
      newestMigrationAt: () => 20,
    })
    assert.doesNotMatch(said, /schema/)
  })

  it('says that it may be where nothing tells', async () => {
    const cloud = new Cloud({ ...after({}, {}), objects })
    const { said } = await cloud.run(deploy, [...yes, '--rollback'])
    assert.match(said, /If visits-00001-abc knows an older schema/)
  })

  it('is refused on a database, where that release would not start', async () => {
    const onDatabase = (commit) => ({ env: `COMMIT=${commit}`, secrets: 'DATABASE_URL=url:1' })
    const cloud = new Cloud(after(onDatabase('aaaaaaa'), onDatabase('bbbbbbb')))
    const { error } = await cloud.run(deploy, [...yes, '--rollback'], {
      newestMigrationAt: (commit) => (commit === 'aaaaaaa' ? 10 : 20),
    })
    assert.match(error.message, /was migrated since .* its instances do not start/)
    assert.deepEqual(cloud.changes(), [])
  })
})

describe('a rollback with readers', () => {
  const state = () => {
    const { services, ...others } = after({ image: 'a' }, { image: 'b' })
    const regions = ['us-east1', 'asia-northeast1'].map((region) => [
      `${region}/visits-readers`,
      serviceOf('visits-readers', [{ image: 'a' }, { image: 'b' }, { image: 'b' }]),
    ])
    return { ...others, services: { ...services, ...Object.fromEntries(regions) } }
  }

  it('sends each region to the revision of the same image, after the writer', async () => {
    const cloud = new Cloud(state())
    const { error } = await cloud.run(deploy, [...yes, '--rollback'])
    assert.equal(error, null)
    assert.deepEqual(cloud.changes(), [
      'run services update-traffic visits',
      'run services update-traffic visits-readers',
      'run services update-traffic visits-readers',
    ])
    const { traffic } = cloud.state.services['us-east1/visits-readers']
    assert.deepEqual(traffic, [{ revision: 'visits-readers-00001-abc', percent: 100 }])
  })

  it('says how to go on when it stops half-way, and does not go back one further', async () => {
    const failures = [
      { match: 'update-traffic visits-readers', message: 'FAILED_PRECONDITION: no', times: 1 },
    ]
    const cloud = new Cloud({ ...state(), failures })
    const { error } = await cloud.run(deploy, [...yes, '--rollback'])
    assert.match(error.message, /Done so far:\n {2}the traffic of visits in europe-west1/)
    assert.match(error.message, /To go on from here: --rollback visits-00001-abc/)
    assert.doesNotMatch(error.message, /The same command again/)
    const again = await cloud.run(deploy, [...yes, '--rollback', one])
    assert.equal(again.error, null)
    assert.equal(cloud.state.services['asia-northeast1/visits-readers'].traffic[0].percent, 100)
  })

  it('fails where the traffic of a region did not move, though its newest revision was blamed', async () => {
    const message = "Revision 'visits-readers-00003-abc' is not ready and cannot serve traffic."
    const failures = [{ match: 'update-traffic visits-readers', message }]
    const { error } = await new Cloud({ ...state(), failures }).run(deploy, [...yes, '--rollback'])
    assert.match(
      error.message,
      /Of the traffic of visits-readers in us-east1, visits-readers-00003/,
    )
    assert.equal(error.done.length, 3)
  })

  it('sends a region to the revision that shows the token of that of the writer, and says where none does', async () => {
    const image = 'a'
    const [before, now] = ['FORWARD_TOKEN=token:3', 'FORWARD_TOKEN=token:4']
    const turned = [before, now].map((secrets) => ({ image, secrets }))
    const { services, ...others } = after(...turned)
    services['us-east1/visits-readers'] = serviceOf('visits-readers', turned)
    services['asia-northeast1/visits-readers'] = serviceOf('visits-readers', [turned[1]])
    const cloud = new Cloud({ ...others, services })
    const { error, said } = await cloud.run(deploy, [...yes, '--rollback'])
    assert.equal(error, null)
    const { traffic } = cloud.state.services['us-east1/visits-readers']
    assert.deepEqual(traffic, [{ revision: 'visits-readers-00001-abc', percent: 100 }])
    const notes = said.split('\n').filter((line) => /counts all users/.test(line))
    assert.equal(notes.length, 1)
    assert.match(notes[0], /^visits-readers in asia-northeast1 shows another FORWARD_TOKEN/)
  })

  it('leaves those without that image where they are, and says so', async () => {
    const { services, ...others } = state()
    services['us-east1/visits-readers'] = serviceOf('visits-readers', [{ image: 'b' }])
    const { error, said } = await new Cloud({ ...others, services }).run(deploy, [
      ...yes,
      '--rollback',
    ])
    assert.equal(error, null)
    assert.match(
      said,
      /visits-readers in us-east1 has no revision with the image of visits-00001-abc, and stays as it is: visits-readers-00001-abc has all of it/,
    )
  })

  it('passes over a region where they have never been ready, there and back', async () => {
    const { services, ...others } = state()
    services['us-east1/visits-readers'] = serviceOf('visits-readers', [{ isReady: false }])
    const cloud = new Cloud({ ...others, services })
    const back = await cloud.run(deploy, [...yes, '--rollback'])
    assert.equal(back.error, null)
    assert.match(back.said, /visits-readers in us-east1 has no revision .*: nothing has it/)
    const forward = await cloud.run(deploy, [...yes, '--roll-forward'])
    assert.equal(forward.error, null)
    assert.match(forward.said, /visits-readers in us-east1 has never been ready/)
    for (const place of [key, 'asia-northeast1/visits-readers']) {
      assert.deepEqual(cloud.state.services[place].traffic, [{ latest: true, percent: 100 }])
    }
  })

  it('comes back with all of them', async () => {
    const cloud = new Cloud(state())
    await cloud.run(deploy, [...yes, '--rollback'])
    const { error } = await cloud.run(deploy, [...yes, '--roll-forward'])
    assert.equal(error, null)
    for (const { traffic } of Object.values(cloud.state.services)) {
      assert.deepEqual(traffic, [{ latest: true, percent: 100 }])
    }
  })
})

describe('a roll-forward', () => {
  it('binds the traffic to the newest revision that is no preview, where that is not the latest', async () => {
    const preview = { env: `${bucket},PREVIEW=1`, noTraffic: true, tag: 'next' }
    const cloud = new Cloud(after({}, {}, preview))
    await cloud.run(deploy, [...yes, '--rollback'])
    await cloud.run(deploy, [...yes, '--roll-forward'])
    assert.deepEqual(writer(cloud).traffic, [
      { revision: two, percent: 100 },
      { revision: three, tag: 'next' },
    ])
  })

  it('has nothing to do where the latest has it all', async () => {
    const cloud = new Cloud(after({}, {}))
    const { printed } = await cloud.run(deploy, [...yes, '--roll-forward'])
    assert.match(printed, /Nothing to do: visits-00002-abc has all the traffic/)
    assert.deepEqual(cloud.changes(), [])
  })
})

const key = 'europe-west1/visits'

function writer(cloud) {
  return cloud.state.services[key]
}

/** A project whose service was deployed so, oldest first. */
function after(...revisions) {
  const token = { versions: ['1', '2', '3', '4'], states: { 1: 'DESTROYED', 2: 'DISABLED' } }
  const secrets = { token, url: { versions: ['1'] } }
  return { apis, secrets, services: { [key]: serviceOf('visits', revisions) } }
}

function serviceOf(name, revisions) {
  return revisions.reduce((before, { env = bucket, secrets, image, ...how }) => {
    const flags = { 'set-env-vars': env, ...(secrets && { 'set-secrets': secrets }) }
    const made = { name, flags, image: image ?? `image@sha256:${before?.revision ?? 0}` }
    return withRevision(before, made, how)
  }, undefined)
}
