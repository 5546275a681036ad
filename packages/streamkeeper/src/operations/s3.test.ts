import assert from 'node:assert/strict'
import { join } from 'node:path'
import { it } from 'node:test'
import { copyEpoch } from '../litestream/copy-epoch.ts'
import { temporaryFolder } from '../litestream/test-support.ts'
import { S3Store } from '../stores/s3-store.ts'
import { S3Server } from '../test-tools/s3-server.ts'
import { note, notesIn, run } from './test-support.ts'

it('The commands work on a store that speaks S3, and know when a change was made', async (test) => {
  await using s3 = await S3Server.start()
  const [folder, url] = [temporaryFolder(test), s3.emptyUrl()]
  const [file, to] = [join(folder, 'mine.db'), join(folder, 'restored.db')]
  note(file, 'mine')
  const command = async (...[name, ...args]: Parameters<typeof run>[1]) => {
    const all = [...args, '--url', url, '--json']
    const { code, stdout, stderr } = await run(
      name as Parameters<typeof run>[0],
      all,
      s3.environment,
    )
    assert.equal(code, 0, `${name}: ${stdout} ${stderr}`)
    return JSON.parse(stdout)
  }
  assert.equal((await command('seed', '--from', file)).epoch, 1)
  const seededAt = new Date()
  const changedAt = async (epoch: number) => {
    const { epochs } = await command('history')
    return epochs.find((one: { epoch: number }) => one.epoch === epoch).last.at
  }
  const at = await changedAt(1)
  const store = new S3Store(url, { settings: s3.settings })
  // In the next second, so that a copy has another time than its original.
  while (Date.now() < seededAt.getTime() + 1_100) await store.read('lease.json')
  await copyEpoch(store, 1, 2)
  assert.equal(await changedAt(2), at)
  assert.equal((await command('verify')).ok, true)
  await command('restore', '--to', to, '--at', seededAt.toISOString())
  assert.deepEqual(notesIn(to), ['mine'])
  assert.equal((await command('lease', 'show')).ok, true)
})
