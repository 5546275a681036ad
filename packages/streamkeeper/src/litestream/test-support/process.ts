import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Litestream } from '../litestream.ts'

/**
 * A Litestream of its own for one instance, which can be killed. Its times are so short that all of it
 * happens many times in a leadership.
 */
export async function startLitestream({
  folder,
  snapshotSeconds,
}: {
  folder: string
  snapshotSeconds: number
}) {
  const settings = `
levels: [{interval: 1s}, {interval: 3s}]
snapshot: {interval: ${snapshotSeconds}s, retention: ${3 * snapshotSeconds}s}
l0-retention: 2s
l0-retention-check-interval: 1s
`
  // A socket's path must not be long.
  const own = mkdtempSync(join(folder, 'l-'))
  const socketPath = join(own, 's')
  const config = join(own, 'litestream.yml')
  writeFileSync(config, `socket: {enabled: true, path: ${socketPath}}${settings}`)
  const args = ['replicate', '-config', config, '-exec', 'sleep 3600']
  // A group of its own: what it runs would outlive it.
  const child = spawn('litestream', args, { stdio: 'ignore', detached: true })
  await once(child, 'spawn')
  const litestream = new Litestream(socketPath)
  const answers = () =>
    litestream.info(1_000).then(
      () => true,
      () => false,
    )
  while (!(await answers())) await sleep(20)
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    if (signal === 'SIGKILL' && child.pid) process.kill(-child.pid, signal)
    else child.kill(signal)
    await exited
  }
  return { litestream, end }
}
