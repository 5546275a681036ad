import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { Litestream, LitestreamRefused } from './litestream.ts'
import { restoreReplica } from './litestream-command.ts'
import { ReplicationProblem } from './problem.ts'
import { startReplication, stopReplication } from './replicate.ts'
import { read, temporaryFolder, write } from './test-support.ts'

describe('The Litestream that runs the server', () => {
  it('has every committed row in the bucket once a sync has returned', async (test) => {
    const { folder, litestream } = await run(test)
    const path = join(folder, 'app.db')
    const replicaUrl = `file://${join(folder, 'bucket')}`
    write(path, 'one')
    await startReplication(litestream, { path, replicaUrl }, 5_000)
    write(path, 'two')
    await litestream.sync(path, 5_000)
    assert.deepEqual(await restored(folder, replicaUrl), ['one', 'two'])
  })

  it('has the last row in the bucket once replication has been stopped', async (test) => {
    const { folder, litestream } = await run(test)
    const path = join(folder, 'app.db')
    const replicaUrl = `file://${join(folder, 'bucket')}`
    write(path, 'one')
    await startReplication(litestream, { path, replicaUrl }, 5_000)
    write(path, 'last')
    await stopReplication(litestream, { path, replicaUrl }, 5_000)
    assert.deepEqual(await restored(folder, replicaUrl), ['one', 'last'])
  })

  it('says what it refuses in its own words', async (test) => {
    const { litestream } = await run(test)
    await assert.rejects(litestream.sync('/nowhere.db', 1_000), (error) => {
      assert.ok(error instanceof LitestreamRefused)
      assert.equal(error.status, 404)
      assert.match(error.message, /database not found: \/nowhere\.db/)
      return true
    })
  })

  it('can not start replication to a bucket that it may not write to', async (test) => {
    const { folder, litestream } = await run(test)
    const path = join(folder, 'app.db')
    write(path, 'one')
    writeFileSync(join(folder, 'not-a-folder'), '')
    const replicaUrl = `file://${join(folder, 'not-a-folder')}`
    await assert.rejects(
      startReplication(litestream, { path, replicaUrl }, 2_000),
      (error) => error instanceof ReplicationProblem && error.replicaUrl === replicaUrl,
    )
  })

  it('is given up on after the deadline, even where it never answers', async (test) => {
    const folder = temporaryFolder(test)
    const socketPath = join(folder, 'silent.sock')
    const silent = createServer((socket) => test.after(() => socket.destroy())).listen(socketPath)
    await once(silent, 'listening')
    test.after(() => silent.close())
    await assert.rejects(new Litestream(socketPath).info(100), { name: 'TimeoutError' })
  })
})

async function run(test: TestContext) {
  const folder = temporaryFolder(test)
  const socketPath = join(folder, 'litestream.sock')
  const config = join(folder, 'litestream.yml')
  writeFileSync(config, `socket: {enabled: true, path: ${socketPath}}`)
  const child = spawn('litestream', ['replicate', '-config', config, '-exec', 'sleep 60'])
  child.stdout.resume()
  child.stderr.resume()
  await once(child, 'spawn')
  test.after(() => end(child))
  const litestream = new Litestream(socketPath)
  await listening(litestream, child)
  return { folder, litestream }
}

async function listening(litestream: Litestream, child: ChildProcess): Promise<void> {
  try {
    await litestream.info(1_000)
  } catch (error) {
    if (child.exitCode !== null) throw error
    await setTimeout(10)
    await listening(litestream, child)
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  await exited
}

async function restored(folder: string, replicaUrl: string): Promise<string[]> {
  const path = join(folder, 'restored.db')
  const options = { signal: new AbortController().signal, stallMs: 10_000 }
  assert.ok(await restoreReplica(replicaUrl, path, options))
  return read(path)
}
