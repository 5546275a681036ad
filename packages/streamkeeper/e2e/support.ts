import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { filesOf } from '../src/cli/init/set-up.mjs'
import { FakeCloudStorage } from '../src/test-tools/fake-cloud-storage.ts'
import { freePort } from '../src/test-tools/ports.ts'

const execute = promisify(execFile)
const { CONTAINER_ENGINE: engine = 'podman', TARBALL: tarball = '' } = process.env

/** Runs a program, and returns what it prints. */
export async function run(program: string, args: string[], cwd = tmpdir(), env = process.env) {
  const { stdout } = await execute(program, args, { cwd, env, maxBuffer: 1e8 }).catch((error) => {
    throw new Error(`${program} ${args.join(' ')}\n${error.stdout}\n${error.stderr}`)
  })
  return stdout
}

/** A copy of an app of fixtures/ outside of the repository, which depends on the package as it is published. */
export async function copyOf(name: string): Promise<string> {
  assert.ok(tarball, 'TARBALL is the packed package: run this with `npm test -- package`')
  const folder = await mkdtemp(join(tmpdir(), `${name}-`))
  await cp(join(import.meta.dirname, '../fixtures', name), folder, { recursive: true })
  await rename(join(folder, 'gitignore'), join(folder, '.gitignore')).catch(() => {})
  await cp(tarball, join(folder, basename(tarball)))
  await change(join(folder, 'package.json'), (text) => {
    const about = JSON.parse(text)
    about.dependencies.streamkeeper = `file:${basename(tarball)}`
    return JSON.stringify(about, null, 2)
  })
  return folder
}

export async function change(file: string, edit: (text: string) => string): Promise<void> {
  const before = await readFile(file, 'utf8')
  const after = edit(before)
  assert.notEqual(after, before, `${file} is as it was`)
  await writeFile(file, after)
}

/** Writes what `init` would, where an app has none of it. */
export async function addFiles(root: string): Promise<void> {
  const about = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const files = filesOf({ root, about, nextConfig: '', migrations: '' })
  for (const name of ['Dockerfile', '.dockerignore', 'litestream.yml'] as const) {
    await writeFile(join(root, name), files[name])
  }
}

/** Builds the image of the app in a folder, by the key of its server actions. Returns its tag. */
export async function buildImage(folder: string, name: string): Promise<string> {
  const tag = `localhost/${name}:test`
  const secret = 'id=NEXT_SERVER_ACTIONS_ENCRYPTION_KEY,src=data/server-actions.key'
  await run(engine, ['build', ...isolation(), '--secret', secret, '--tag', tag, '.'], folder)
  return tag
}

// A build that is given the network of a container needs more than a container may have itself.
function isolation(): string[] {
  return engine === 'podman' && process.getuid?.() === 0 ? ['--isolation=chroot'] : []
}

/** An empty bucket, and what runs in containers on it; all of it ends with the test. */
export async function bucketFor(test: TestContext) {
  const storage = await FakeCloudStorage.start()
  const url = storage.emptyUrl()
  const started: Instance[] = []
  test.after(async () => {
    for (const instance of started) await instance.remove()
    await storage[Symbol.asyncDispose]()
  })
  return {
    environment: { REPLICA_URL: url, STORAGE_EMULATOR_HOST: storage.host },
    /** Starts an instance on an empty disk, and waits until it serves. */
    async start(tag: string): Promise<Instance> {
      const environment = { REPLICA_URL: url, STORAGE_EMULATOR_HOST: storage.host }
      const instance = await Instance.start(tag, environment)
      started.push(instance)
      await instance.ready()
      return instance
    },
  }
}

/** An app in its container. */
export class Instance {
  readonly url: string
  readonly #name: string

  private constructor(name: string, port: number) {
    this.#name = name
    this.url = `http://127.0.0.1:${port}`
  }

  static async start(tag: string, environment: Record<string, string>): Promise<Instance> {
    const port = await freePort()
    const instance = new Instance(`streamkeeper-${randomUUID()}`, port)
    const all = {
      ...environment,
      PORT: String(port),
      // All containers share the ports of this machine.
      METRICS_PORT: '',
      LITESTREAM_METRICS: '',
    }
    const variables = Object.entries(all).flatMap((pair) => ['--env', pair.join('=')])
    const disk = ['--read-only', '--tmpfs', '/data:rw,size=64m,mode=1777']
    await run(engine, [
      ...['run', '--detach', '--network', 'host', '--name', instance.#name],
      ...[...disk, ...variables, tag],
    ])
    return instance
  }

  async ready(): Promise<void> {
    const end = performance.now() + 60_000
    while (performance.now() < end) {
      const answer = await fetch(`${this.url}/health/ready`).catch(() => null)
      if (answer?.ok) return
      await sleep(100)
    }
    throw new Error(`It does not serve:\n${await this.logs()}`)
  }

  /** The text of the page at a path. */
  async page(path = '/'): Promise<string> {
    const answer = await fetch(this.url + path, { headers: { accept: 'text/html' } })
    assert.equal(answer.status, 200, await answer.clone().text())
    return answer.text()
  }

  /** Sends the one form of a page, as a browser without scripts does. Returns the status of the answer. */
  async send(page: string, fields: Record<string, string>): Promise<number> {
    const form = new FormData()
    const [, markup = ''] = /<form(.*?)<\/form>/s.exec(page) ?? []
    for (const [input] of markup.matchAll(/<input type="hidden"[^>]*>/g)) {
      const [, name = ''] = /name="([^"]*)"/.exec(input) ?? []
      const [, value = ''] = /value="([^"]*)"/.exec(input) ?? []
      form.set(name, value.replaceAll('&quot;', '"'))
    }
    for (const [name, value] of Object.entries(fields)) form.set(name, value)
    const headers = { origin: this.url, accept: 'text/html' }
    const answer = await fetch(this.url, {
      method: 'POST',
      body: form,
      headers,
      redirect: 'manual',
    })
    await answer.text()
    return answer.status
  }

  async kill(): Promise<void> {
    await run(engine, ['kill', '--signal', 'KILL', this.#name])
    await run(engine, ['wait', this.#name])
  }

  /** Stops it as Cloud Run does; returns its exit code. */
  async stop(): Promise<number> {
    await run(engine, ['stop', '--time', '10', this.#name])
    return Number(await run(engine, ['wait', this.#name]))
  }

  async logs(): Promise<string> {
    return run(engine, ['logs', this.#name])
  }

  async remove(): Promise<void> {
    await run(engine, ['rm', '--force', '--volumes', this.#name])
  }
}

/** Removes a folder that a test has made. */
export async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
