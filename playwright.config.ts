import { defineConfig } from '@playwright/test'
import type { Options } from './e2e/support/test.ts'

const executablePath = process.env.CHROMIUM_PATH
const asRoot = process.getuid?.() === 0

export default defineConfig<Options>({
  testDir: 'e2e',
  // For a machine that is busy with much else: what is waited for ends the wait.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  forbidOnly: true,
  fullyParallel: true,
  // Two more than cores: some tests wait for a lease to run out, or a bucket that hangs.
  workers: 4,
  projects: [
    { name: 'cloud-storage' },
    {
      name: 's3',
      use: { storage: process.env.S3_PROGRAM === 'seaweedfs' ? 'seaweedfs' : 'versitygw' },
      // What a store could spoil: deploys, crashes and outages.
      grep: new RegExp(
        [
          ...['a deploy: the new', 'a crash of the leader', 'a leader that freezes'],
          ...['middle of a handover', 'crashes in a row', 'that answers 403'],
          ...['hangs on a write', 'goes away and comes back'],
        ].join('|'),
      ),
      testMatch: /(deploys|restarts|a-failing-bucket)-loses?-nothing\.spec\.ts/,
    },
  ],
  use: {
    browserName: 'chromium',
    launchOptions: {
      ...(executablePath && { executablePath }),
      // Chromium's sandbox doesn't start as root, and a container's root is all that CI may have.
      args: asRoot ? ['--no-sandbox'] : [],
    },
    // Recording costs as much as the tests themselves: for one that fails, add `--trace on`.
    trace: 'off',
  },
})
