import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after } from 'node:test'
import { pathToFileURL } from 'node:url'
import { root } from '../../src/cli/lib/project.mjs'
import { disk } from '../settings.mjs'
import { runFake } from './fake-programs.mjs'
import { getFrom } from './fake-web.mjs'

const empty = {
  // New enough for every option.
  gcloudVersion: disk.leastGcloud,
  apis: ['storage.googleapis.com'],
  accounts: [],
  buckets: {},
  objects: {},
  bucketsOfOthers: [],
  policies: {},
  secrets: {},
  services: {},
  jobs: {},
  schedules: {},
  failures: [],
  // What gcloud says besides its answer.
  warnings: [],
  builds: [],
  images: [],
  // How often each image was built.
  pushes: {},
  repositories: [],
  regionsWithoutBuilds: [],
  // Whether what is deployed fails its startup probe.
  startsNothing: false,
  // What each address answers, if not what its service does.
  web: null,
}
const cli = join(import.meta.dirname, '../../src/cli/streamkeeper.mjs')
const servers = []
const programs = mkdtempSync(join(tmpdir(), 'cloud-'))
/** An app that is quick to load. */
export const appFolder = mkdtempSync(join(tmpdir(), 'app-'))
writeFileSync(
  join(appFolder, 'streamkeeper.config.mjs'),
  `export default ${JSON.stringify({ name: 'visits' })}\n`,
)
for (const program of ['gcloud', 'curl']) {
  symlinkSync(join(import.meta.dirname, 'fake-program.sh'), join(programs, program))
}

after(() => {
  for (const folder of [programs, appFolder]) rmSync(folder, { recursive: true })
  for (const server of servers) server.close()
})

/** The state of a project in which somebody has made the secret `database-url`. */
export const withDatabaseUrl = {
  apis: ['storage.googleapis.com', 'secretmanager.googleapis.com'],
  secrets: { 'database-url': { versions: ['postgres://app:secret@db/visits'] } },
}

/** A Google Cloud project, with a gcloud that works on it. */
export class Cloud {
  #state
  #calls = []
  #port

  /** @param {Partial<typeof empty>} [state] */
  constructor(state) {
    this.#state = copyOf({ ...empty, ...state })
    /** The PATH of programs that find this gcloud. */
    this.path = [programs, process.env.PATH].join(delimiter)
  }

  /** @returns {typeof empty} */
  get state() {
    return copyOf(this.#state)
  }

  /** Replaces a part of the state. */
  set(part) {
    Object.assign(this.#state, copyOf(part))
  }

  /** All calls until now, or those that changed something. */
  calls({ onlyChanges = false } = {}) {
    return this.#calls.filter(({ argv }) => !onlyChanges || !isRead(argv))
  }

  /** The calls that changed something, without their options. */
  changes() {
    return this.calls({ onlyChanges: true }).map(({ argv }) =>
      argv
        .slice(
          0,
          argv.findIndex((arg) => arg.startsWith('--')),
        )
        .join(' '),
    )
  }

  /** Forgets the calls until now. */
  forget() {
    this.#calls = []
  }

  /**
   * Runs a command of deploy/gcloud here.
   * @param {(args: string[], means: object) => Promise<void>} command
   * @param {string[]} args
   * @param {{ask?: () => Promise<string | null>, newToken?: (encoding: string) => string,
   *   findBreaking?: (migration: number) => Promise<object | null>,
   *   newestMigrationAt?: (commit: string) => number | null,
   *   get?: import('../gcloud/reach.mjs').Get}} [means]
   * @returns {Promise<{printed: string, said: string, waits: number[], error: Error | null}>}
   */
  async run(
    command,
    args,
    {
      ask = async () => null,
      newToken = () => 'token-of-the-test',
      findBreaking = async () => null,
      newestMigrationAt = async () => null,
      get = async (url) => getFrom(this.#state, url),
    } = {},
  ) {
    const printed = []
    const said = []
    const waits = []
    const means = {
      run: this.#runFake,
      print: (text) => printed.push(text),
      say: (text) => said.push(text),
      wait: async (ms) => waits.push(ms),
      app: async () => ({
        name: 'visits',
        migrations: 'db/migrations',
        postgresMigrations: 'db/postgres/migrations',
      }),
      ask,
      newToken,
      findBreaking,
      newestMigrationAt,
      get,
    }
    const error = await command(args, means).then(
      () => null,
      (error) => error,
    )
    return { printed: printed.join('\n'), said: said.join('\n'), waits, error }
  }

  // In this process: a deployment asks some forty times.
  #runFake = async (args, { program = 'gcloud', input } = {}) => {
    const { ok, output } = this.#answer(program, args, { stdin: input, cwd: root })
    const isMeant = ({ match }) => args.join(' ').includes(match)
    const warnings = this.#state.warnings.filter(isMeant).map(({ message }) => message)
    return { ok, stdout: ok ? output : '', output: [...warnings, output].join('\n') }
  }

  #answer(program, args, { stdin, cwd }) {
    return runFake(program, args, { state: this.#state, calls: this.#calls, stdin, cwd })
  }

  /**
   * Runs a program that finds this cloud's gcloud.
   * @returns {Promise<{status: number | null, stdout: string, stderr: string}>}
   */
  async process(command, args = [], cwd = root) {
    this.#port ??= await this.#listen()
    const preload = pathToFileURL(join(import.meta.dirname, 'fake-fetch.mjs'))
    const child = spawn(command, args, {
      env: {
        ...process.env,
        PATH: this.path,
        FAKE_CLOUD_PORT: this.#port,
        NODE_OPTIONS: `--import ${preload}`,
      },
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 120_000,
    })
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    return { status, stdout, stderr }
  }

  /** Runs `streamkeeper` in the folder of an app that is quick to load. */
  streamkeeper(...args) {
    return this.process(process.execPath, [cli, ...args], appFolder)
  }

  /** Runs lines by a shell, each on its own; all of them have to succeed. */
  async runLines(lines) {
    for (const line of lines.split('\n')) {
      const { status, stderr } = await this.process('sh', ['-c', line])
      assert.equal(status, 0, `${line}\n${stderr}`)
    }
  }

  // What fake-program.sh and fake-fetch.mjs ask, each of its texts with a NUL at its end.
  async #listen() {
    const server = createServer((socket) => {
      let asked = ''
      socket.setEncoding('utf8').on('data', (text) => {
        asked += text
        const [count, cwd, program, stdin, ...args] = asked.split('\0')
        if (args.length <= Number(count)) return
        args.pop()
        try {
          socket.end(this.#said(program, args, { stdin, cwd }))
        } catch (error) {
          // Whoever asks ends, and so does the test.
          socket.destroy()
          throw error
        }
      })
    })
    servers.push(server.listen(0, '127.0.0.1').unref())
    await once(server, 'listening')
    return server.address().port
  }

  #said(program, args, means) {
    if (program === 'fetch') return `0\n${JSON.stringify(getFrom(this.#state, ...args))}`
    const { ok, output } = this.#answer(program, args, means)
    return `${ok ? 0 : 1}\n${output && `${output}\n`}`
  }
}

// As JSON has it: what is undefined is absent.
function copyOf(value) {
  return JSON.parse(JSON.stringify(value))
}

function isRead(argv) {
  return /^version |^storage cat |^builds (list|describe|log) |^(storage buckets|run services|run jobs|scheduler jobs|secrets|secrets versions|artifacts docker images|artifacts repositories) describe |get-iam-policy |^(services|iam service-accounts|secrets versions|run services|run regions|run revisions|scheduler locations) list /.test(
    argv.join(' '),
  )
}
