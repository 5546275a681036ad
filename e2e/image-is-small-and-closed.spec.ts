import { inspectImage } from './support/container.ts'
import { expect, test } from './support/test.ts'

test('the image has at most 250 MB', async () => {
  expect((await inspectImage()).size).toBeLessThan(250e6)
})

// That it also runs on a read-only root is what every other test here shows.
test('the image runs as a user without rights', async () => {
  expect((await inspectImage()).user).toBe('65532:65532')
})
