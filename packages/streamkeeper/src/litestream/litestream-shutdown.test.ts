import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { restored, temporaryFolder, write } from './test-support.ts'

const root = join(import.meta.dirname, '../../../..')

/**
 * A Litestream that replicates a database with one row, and runs a server that adds a second one when it
 * is to stop.
 *
 * @param atStop what the server does then besides
 */
async function scene(test: TestContext, { atStop, settings = '' }: Record<string, string>) {
  const folder = temporaryFolder(test)
  const [path, bucket] = [join(folder, 'app.db'), join(folder, 'bucket')]
  const [config, server] = [join(folder, 'litestream.yml'), join(folder, 'server.cjs')]
  write(path, 'one')
  const database = `dbs: [{path: ${path}, replica: {url: "file://${bucket}"}}]`
  writeFileSync(config, `${database}\n${settings}\n`)
  writeFileSync(
    server,
    `const database = require('${root}/node_modules/better-sqlite3')('${path}')
    process.on('SIGTERM', () => {
      database.exec("insert into notes values ('last')")
      ${atStop}
    })
    setInterval(() => {}, 1000)
    console.log('SERVER', process.pid)`,
  )
  const command = `${process.execPath} ${server}`
  const litestream = spawn('litestream', ['replicate', '-config', config, '-exec', command])
  test.after(() => litestream.kill('SIGKILL'))
  const lines: string[] = []
  const pid = Promise.withResolvers<number>()
  const uploaded = Promise.withResolvers<void>()
  for (const output of [litestream.stdout, litestream.stderr]) {
    createInterface(output).on('line', (line) => {
      lines.push(line)
      if (line.startsWith('SERVER')) pid.resolve(Number(line.split(' ')[1]))
      if (line.includes('ltx file uploaded')) uploaded.resolve()
    })
  }
  return {
    bucket,
    litestream,
    said: () => lines.join('\n'),
    serverPid: pid.promise,
    begun: Promise.all([pid.promise, uploaded.promise]),
    exitCode: once(litestream, 'exit').then(([code]) => code as number | null),
    restored: () => restored(folder, `file://${bucket}`),
  }
}

function isRunning(pid: number): boolean {
  const stat = `/proc/${pid}/stat`
  return existsSync(stat) && !/\) Z /.test(readFileSync(stat, 'utf8'))
}

const debug = 'logging: {level: debug}'

describe('Litestream, when the container is to stop', () => {
  it('makes its final sync, and ends with 0, after a server that did', async (test) => {
    const { litestream, begun, exitCode, restored } = await scene(test, {
      atStop: 'process.exit(0)',
      settings: debug,
    })
    await begun
    litestream.kill('SIGTERM')
    assert.equal(await exitCode, 0)
    assert.deepEqual(await restored(), ['one', 'last'])
  })

  it('makes it also after a server that ended with another code, and ends with 1', async (test) => {
    const { litestream, begun, exitCode, restored } = await scene(test, {
      atStop: 'process.exit(143)',
      settings: debug,
    })
    await begun
    litestream.kill('SIGTERM')
    assert.equal(await exitCode, 1)
    assert.deepEqual(await restored(), ['one', 'last'])
  })

  it('ends with 1 where the final sync fails', async (test) => {
    const { bucket, litestream, begun, exitCode, said } = await scene(test, {
      atStop: 'process.exit(0)',
      settings: `${debug}\nshutdown-sync-timeout: 500ms`,
    })
    await begun
    rmSync(bucket, { recursive: true })
    writeFileSync(bucket, '')
    litestream.kill('SIGTERM')
    assert.equal(await exitCode, 1)
    assert.match(said(), /shutdown sync timeout/)
  })

  it('waits no longer than it may for the server, which it kills then', async (test) => {
    const { litestream, begun, serverPid, exitCode, said } = await scene(test, {
      atStop: '',
      settings: `${debug}\nshutdown-timeout: 500ms`,
    })
    await begun
    litestream.kill('SIGTERM')
    assert.equal(await exitCode, 1)
    assert.match(said(), /shutdown timed out after 500ms/)
    const pid = await serverPid
    while (isRunning(pid)) await sleep(5)
  })

  it('kills the server at a second signal: whoever starts it passes on one', async (test) => {
    const { litestream, begun, exitCode, said } = await scene(test, {
      atStop: `console.log('STOPPING')`,
      settings: debug,
    })
    await begun
    litestream.kill('SIGTERM')
    while (!said().includes('STOPPING')) await sleep(5)
    litestream.kill('SIGTERM')
    assert.equal(await exitCode, 1)
    assert.match(said(), /shutdown interrupted/)
  })
})
