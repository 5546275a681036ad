import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { isAbsolute } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect } from '@playwright/test'
import { freePort } from '../../packages/streamkeeper/src/test-tools/ports.ts'
import { required } from './environment.ts'

const run = promisify(execFile)

type Problem = { code: string; message: string } | null
type Health = {
  status: number
  body: { state: string; problem?: Problem; replication?: { status: string; problem?: Problem } }
}

export type StartOptions = {
  memory?: string
  volumes?: string[]
  script?: string
  isNext?: boolean
}

/** The app in its real container, on a read-only root and an empty disk. */
export class Container {
  readonly url: string
  readonly #name: string

  private constructor(name: string, port: number) {
    this.#name = name
    this.url = `http://127.0.0.1:${port}`
  }

  /**
   * @param disk a folder of this machine, or the size of an empty disk
   * @param options.memory what it may use, its disk included, as in `256m`
   * @param options.volumes folders of this machine that are mounted besides, as in `/here:/there`
   * @param options.script what Node runs in it in the place of the app
   * @param options.isNext whether it is of the release after this one
   */
  static async start(
    environment: Record<string, string>,
    disk = '64m',
    { memory, volumes = [], script, isNext = false }: StartOptions = {},
  ): Promise<Container> {
    const port = await freePort()
    const container = new Container(`visits-${randomUUID()}`, port)
    const network =
      process.platform === 'linux'
        ? ['--network', 'host', '--env', `PORT=${port}`]
        : ['--publish', `127.0.0.1:${port}:8080`]
    const variables = Object.entries(environment).flatMap((pair) => ['--env', pair.join('=')])
    await engine(
      // Whoever removes it wants nothing more of it: podman would wait for it to stop.
      ...['run', '--detach', '--name', container.#name, '--read-only', '--stop-timeout', '0'],
      ...(isAbsolute(disk)
        ? ['--volume', `${disk}:/data`]
        : ['--tmpfs', `/data:rw,size=${disk},mode=1777`]),
      ...volumes.flatMap((volume) => ['--volume', volume]),
      ...(memory ? [`--memory=${memory}`, `--memory-swap=${memory}`] : []),
      ...(script ? ['--entrypoint', 'node'] : []),
      ...[...network, ...variables, required(isNext ? 'NEXT_IMAGE' : 'IMAGE')],
      ...(script ? ['-e', script] : []),
    )
    return container
  }

  /** What the container engine calls it. */
  get name(): string {
    return this.#name
  }

  /** Waits until the app serves. */
  async ready(timeout = 40_000): Promise<void> {
    const deadline = Date.now() + timeout
    const status = () =>
      this.health().then(
        ({ status }) => status,
        () => 'none',
      )
    // Each failed expectation costs more than the question.
    for (let answer = await status(); answer !== 200; answer = await status()) {
      if (Date.now() > deadline) throw new Error(`Not ready after ${timeout} ms: ${answer}`)
      await setTimeout(50)
    }
  }

  async health(): Promise<Health> {
    const response = await fetch(`${this.url}/health/ready`)
    return { status: response.status, body: (await response.json()) as Health['body'] }
  }

  /** The code of what is wrong: what keeps the app from serving, or what it writes from the bucket. */
  async problem(): Promise<string | undefined> {
    return this.health().then(
      ({ body }) => (body.problem ?? body.replication?.problem)?.code,
      () => undefined,
    )
  }

  /** Stops it as Cloud Run does: SIGTERM, and SIGKILL 10 s later. Returns the exit code. */
  async stop(): Promise<number> {
    await engine('stop', '--time', '10', this.#name)
    return this.exitCode()
  }

  async kill(): Promise<void> {
    await this.signal('KILL')
    await this.exitCode()
  }

  async signal(name: 'KILL' | 'TERM'): Promise<void> {
    await engine('kill', '--signal', name, this.#name)
  }

  /** Freezes all of it, as a host does that is out of breath. */
  async pause(): Promise<void> {
    // runc's freezer gives up by itself where the machine is too busy for it.
    await expect(() => engine('pause', this.#name)).toPass({ timeout: 30_000 })
  }

  async unpause(): Promise<void> {
    await engine('unpause', this.#name)
  }

  /** Makes the server, which isn't the container's first process, crash. Returns the exit code of all. */
  async crash(): Promise<number> {
    const script = `for (const pid of fs.readdirSync('/proc').filter(Number)) {
      const command = fs.readFileSync('/proc/' + pid + '/cmdline', 'utf8')
      if (command.startsWith('node\\0server.js')) process.kill(pid, 'SIGKILL')
    }`
    // The container may end before the script's own process has.
    await engine('exec', this.#name, 'node', '-e', script).catch(() => {})
    return this.exitCode()
  }

  /** The text at a URL that only the container itself can ask for. */
  async fetchInside(url: string): Promise<string> {
    const script = 'fetch(process.argv[1]).then((answer) => answer.text()).then(console.log)'
    const { stdout } = await engine('exec', this.#name, 'node', '-e', script, url)
    return stdout.replace(/\n$/, '')
  }

  /** The most memory that it has used at once, its disk included, in bytes. */
  async peakMemory(): Promise<number> {
    const script = `for (const file of ['memory.peak', 'memory/memory.max_usage_in_bytes']) try {
      console.log(fs.readFileSync('/sys/fs/cgroup/' + file, 'utf8'))
    } catch {}`
    return Number((await engine('exec', this.#name, 'node', '-e', script)).stdout)
  }

  async isRunning(): Promise<boolean> {
    const format = '{{.State.Running}}'
    return (await engine('inspect', '--format', format, this.#name)).stdout.trim() === 'true'
  }

  /** Waits until it has ended. */
  async exitCode(): Promise<number> {
    return Number((await engine('wait', this.#name)).stdout)
  }

  async logs(): Promise<string> {
    const { stdout, stderr } = await engine('logs', this.#name)
    return stdout + stderr
  }

  async remove(): Promise<void> {
    await engine('rm', '--force', '--volumes', this.#name)
  }
}

/** The size of the image in bytes, and the user that it runs as. */
export async function inspectImage(): Promise<{ size: number; user: string }> {
  const format = '{{.Size}} {{.Config.User}}'
  const { stdout } = await engine('image', 'inspect', '--format', format, required('IMAGE'))
  const [size, user = ''] = stdout.trim().split(' ')
  return { size: Number(size), user }
}

/** The layers of the image, or of that of the release after this one, by the digests of their bytes. */
export async function layersOf(name: 'IMAGE' | 'NEXT_IMAGE'): Promise<string[]> {
  const format = '{{json .RootFS.Layers}}'
  const { stdout } = await engine('image', 'inspect', '--format', format, required(name))
  return JSON.parse(stdout)
}

function engine(...args: string[]) {
  // podman leaves a note in its folder of a container that ran out of memory.
  return run(required('CONTAINER_ENGINE'), args, { timeout: 60_000, cwd: tmpdir() })
}
