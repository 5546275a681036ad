import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A Litestream that applies to a database file what comes into a folder. */
export type Following = {
  /** Settles, with its words, when it has ended, whyever, or can't apply what is there. */
  failed: Promise<string>
  /** Has it end. */
  stop(): Promise<void>
  /** Ends it where it is. */
  kill(): void
}

// Looking into a folder costs nearly nothing, unlike looking into a bucket.
const interval = '20ms'

/**
 * Has Litestream apply to the database file at `path` what comes into the folder of a replica; it
 * begins after the transaction that `<path>-txid` names, and notes there how far it is.
 */
export function followFolder(path: string, replica: string): Following {
  const args = ['restore', '-f', '-follow-interval', interval, '-o', path, `file://${replica}`]
  const child = spawn('litestream', args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let words = ''
  const failed = new Promise<string>((resolve) => {
    const hear = (text: string) => {
      words = `${words}${text}`.slice(-2_000)
      // It would go on trying for ever, with the transaction there in part.
      if (/error applying updates/.test(words)) resolve(words.trim())
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    child.once('error', (error) => resolve(error.message))
    child.once('close', (code, signal) => resolve(`${signal ?? `code ${code}`}: ${words.trim()}`))
  })
  return {
    failed,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const exited = once(child, 'exit')
      child.kill('SIGTERM')
      // It ends within milliseconds; what it writes to is thrown away.
      const deadline = setTimeout(() => child.kill('SIGKILL'), 1_000)
      await exited
      clearTimeout(deadline)
    },
    kill: () => child.kill('SIGKILL'),
  }
}
