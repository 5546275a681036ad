import { defineConfig } from '@playwright/test'

const executablePath = process.env.CHROMIUM_PATH
const asRoot = process.getuid?.() === 0

export default defineConfig({
  testDir: 'e2e',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: true,
  fullyParallel: true,
  // Two more than cores: some tests wait for a lease to run out, or a bucket that hangs.
  workers: 4,
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
