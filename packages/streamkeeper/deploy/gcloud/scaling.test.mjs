import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { onDatabase, readers, service } from '../settings.mjs'
import { Cloud, withDatabaseUrl } from '../test-support/cloud.mjs'
import { deploy } from './deploy.mjs'

const place = ['--project', 'my-project', '--region', 'europe-west1', '--yes']
const onBucket = [...place, '--bucket', 'my-data']
const withReaders = [...onBucket, '--readers', 'us-east1']
const database = [...place, '--database-url-secret', 'database-url']

async function scalingOf(args, state) {
  const cloud = new Cloud(state)
  const { error } = await cloud.run(deploy, args)
  assert.equal(error, null)
  return Object.fromEntries(
    Object.entries(cloud.state.services).map(([key, { flags }]) => [
      key.split('/')[1],
      [Number(flags.concurrency), Number(flags.min)],
    ]),
  )
}

describe('the requests that an instance takes at once, and the least number of instances', () => {
  it('are those of the table of settings', async () => {
    assert.deepEqual(await scalingOf(withReaders), {
      visits: [service.concurrency, 0],
      'visits-readers': [readers.concurrency, 0],
    })
    assert.deepEqual(await scalingOf(database, withDatabaseUrl), {
      visits: [onDatabase.concurrency, 0],
    })
  })

  it('are as they are told', async () => {
    const options = ['--concurrency', '80', '--min', '1', '--min-readers', '2']
    assert.deepEqual(await scalingOf([...withReaders, ...options]), {
      visits: [80, 1],
      'visits-readers': [80, 2],
    })
    const few = ['--concurrency', '1000', '--min', '3']
    assert.deepEqual(await scalingOf([...database, ...few], withDatabaseUrl), {
      visits: [1000, 3],
    })
  })
})

describe('a least number of instances', () => {
  for (const [args, words] of [
    [[...onBucket, '--min', '2'], '--min 2 is more than the 1 instance that there may be.'],
    [
      [...database, '--min', '4', '--max-instances', '3'],
      '--min 4 is more than the 3 instances that there may be.',
    ],
    [[...database, '--min', '11'], '--min 11 is more than the 10 instances that there may be.'],
    [
      [...withReaders, '--min-readers', '11'],
      '--min-readers 11 is more than the 10 instances that there may be.',
    ],
    [[...onBucket, '--min-readers', '1'], '--min-readers goes with --readers alone.'],
  ]) {
    it(`is refused: ${words}`, async () => {
      const { error } = await new Cloud().run(deploy, args)
      assert.equal(error.message, words)
    })
  }
})
