import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { chromium, type Page } from '@playwright/test'
import { freePort } from '../../packages/streamkeeper/src/test-tools/ports.ts'
import { fillSample } from './sample.ts'

const root = join(import.meta.dirname, '../..')
const viewport = { width: 1280, height: 800 }
const mostBytes = 200_000

const folder = await mkdtemp(join(tmpdir(), 'pictures-'))
try {
  await fillSample(join(folder, 'app.db'), new Date())
  const port = await freePort()
  const app = start(port)
  try {
    await ready(app)
    await takeAll(`http://localhost:${port}`)
  } finally {
    app.kill('SIGTERM')
    if (app.exitCode === null) await once(app, 'exit')
  }
} finally {
  await rm(folder, { recursive: true })
}

/** Runs the app as `npm start` does, with a bucket of its own. */
function start(port: number): ChildProcess {
  const bucket = `file://${join(folder, 'bucket')}`
  const env = { ...process.env, PORT: String(port), DATA_DIR: folder, REPLICA_URL: bucket }
  return spawn(process.execPath, [join(root, 'tools/streamkeeper.mjs'), 'start'], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

async function ready({ stdout }: ChildProcess): Promise<void> {
  if (!stdout) throw new Error('The app was started without a pipe.')
  const said: string[] = []
  for await (const line of createInterface({ input: stdout })) {
    said.push(line)
    if (!line.includes('The app is at')) continue
    // Nobody reads the rest, and a full pipe would stop the app.
    stdout.resume()
    return
  }
  throw new Error(`The app does not start:\n${said.join('\n')}`)
}

async function takeAll(url: string): Promise<void> {
  const executablePath = process.env.CHROMIUM_PATH
  const browser = await chromium.launch({
    ...(executablePath && { executablePath }),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  })
  try {
    const page = await browser.newPage({
      viewport,
      deviceScaleFactor: 2,
      locale: 'en-GB',
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
    })
    // The first visit makes the app lead; the second is shown what it looks like then.
    await page.goto(url)
    await page.goto(url)
    // Until then the header says that the bucket does not have this visit yet.
    await page.locator('.replication[data-state="ok"]').waitFor()
    for (const scheme of ['light', 'dark'] as const) await take(page, scheme)
  } finally {
    await browser.close()
  }
}

async function take(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme })
  await page.evaluate(() => document.fonts.ready)
  const path = join(root, 'docs', `page-${colorScheme}.png`)
  await page.screenshot({ path })
  const { size } = statSync(path)
  if (size > mostBytes) throw new Error(`${path} has ${size} bytes, and may have ${mostBytes}.`)
  console.log(`docs/page-${colorScheme}.png: ${Math.round(size / 1_000)} kB`)
}
