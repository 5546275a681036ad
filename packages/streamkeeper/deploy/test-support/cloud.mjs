import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after } from 'node:test'
import { pathToFileURL } from 'node:url'
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
const folders = []

after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** The state of a project in which somebody has made the secret `database-url`. */
export const withDatabaseUrl = {
  apis: ['storage.googleapis.com', 'secretmanager.googleapis.com'],
  secrets: { 'database-url': { versions: ['postgres://app:secret@db/visits'] } },
}

/** A Google Cloud project in a folder, with the gcloud that works on it first on the PATH. */
export class Cloud {
  #state
  #calls

  /** @param {Partial<typeof empty>} [state] */
  constructor(state) {
    const folder = mkdtempSync(join(tmpdir(), 'cloud-'))
    folders.push(folder)
    for (const program of ['gcloud', 'curl']) {
      symlinkSync(join(import.meta.dirname, 'fake-program.mjs'), join(folder, program))
    }
    this.#state = join(folder, 'state.json')
    this.#calls = join(folder, 'calls.jsonl')
    writeFileSync(this.#state, JSON.stringify({ ...empty, ...state }))
    writeFileSync(this.#calls, '')
    this.env = {
      ...process.env,
      PATH: [folder, process.env.PATH].join(delimiter),
      FAKE_GCLOUD_STATE: this.#state,
      FAKE_GCLOUD_CALLS: this.#calls,
    }
  }

  /** @returns {typeof empty} */
  get state() {
    return JSON.parse(readFileSync(this.#state, 'utf8'))
  }

  /** Replaces a part of the state. */
  set(part) {
    writeFileSync(this.#state, JSON.stringify({ ...this.state, ...part }))
  }

  /** All calls until now, or those that changed something. */
  calls({ onlyChanges = false } = {}) {
    const lines = readFileSync(this.#calls, 'utf8').split('\n').filter(Boolean)
    const calls = lines.map((line) => JSON.parse(line))
    return onlyChanges ? calls.filter(({ argv }) => !isRead(argv)) : calls
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
    writeFileSync(this.#calls, '')
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
      get = (url) => getFrom(this.#state, url),
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
        postgresMigrations: 'db/postgres',
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
    const means = { stateFile: this.#state, callsFile: this.#calls, stdin: () => input }
    const { ok, output } = runFake(program, args, means)
    const isMeant = ({ match }) => args.join(' ').includes(match)
    const warnings = this.state.warnings.filter(isMeant).map(({ message }) => message)
    return { ok, stdout: ok ? output : '', output: [...warnings, output].join('\n') }
  }

  /** Runs a program that finds this cloud's gcloud. */
  process(command, args = []) {
    const preload = pathToFileURL(join(import.meta.dirname, 'fake-fetch.mjs'))
    const env = { ...this.env, NODE_OPTIONS: `--import ${preload}` }
    const options = { env, encoding: 'utf8', timeout: 60_000 }
    return spawnSync(command, args, options)
  }
}

function isRead(argv) {
  return /^version |^storage cat |^builds (list|describe|log) |^(storage buckets|run services|run jobs|scheduler jobs|secrets|secrets versions|artifacts docker images|artifacts repositories) describe |get-iam-policy |^(services|iam service-accounts|secrets versions|run services|run regions|run revisions|scheduler locations) list /.test(
    argv.join(' '),
  )
}
