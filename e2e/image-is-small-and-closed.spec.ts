import { inspectImage, layersOf } from './support/container.ts'
import { expect, test } from './support/test.ts'

test('the image has at most 203 MB', async () => {
  expect((await inspectImage()).size).toBeLessThan(203e6)
})

// That it also runs on a read-only root is what every other test here shows.
test('the image runs as a user without rights', async () => {
  expect((await inspectImage()).user).toBe('65532:65532')
})

test('two releases share Node and the libraries, and differ in the layer of the app', async () => {
  const [runtime, libraries, app, ...others] = await layersOf('IMAGE')
  const [nextRuntime, nextLibraries, nextApp] = await layersOf('NEXT_IMAGE')
  expect([nextRuntime, nextLibraries]).toEqual([runtime, libraries])
  expect(nextApp).not.toBe(app)
  expect(others).toEqual([])
})

// A build in the cloud has no cache: the times of what it copies must not be its own.
test('nothing that two releases share has the time of its build', async ({ start }) => {
  const script = `const dated = (path) => {
      const stat = fs.lstatSync(path)
      const inside = stat.isDirectory() ? fs.readdirSync(path).flatMap((name) => dated(path + '/' + name)) : []
      return stat.mtimeMs === 0 ? inside : [path, ...inside]
    }
    const roots = ['/usr', '/lib', '/lib64', '/etc/ssl', '/app/node_modules'].filter(fs.existsSync)
    console.log(JSON.stringify({ dated: roots.flatMap(dated) }))`
  const container = await start({}, '64m', { script })
  expect(await container.exitCode()).toBe(0)
  expect(JSON.parse(await container.logs())).toEqual({ dated: [] })
})

test('what was compiled in the build is what a start uses', async ({ start }) => {
  const container = await start({ NODE_DEBUG: 'compiled' })
  await container.ready()
  const loaded = (await container.logs()).match(/COMPILED \d+: .*/g) ?? []
  const used = loaded.filter((line) => line.includes(': used: '))
  expect(used.length).toBe(loaded.length)
  expect(loaded.length).toBeGreaterThan(300)
})
