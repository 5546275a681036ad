import type { ParseArgsOptionsConfig } from 'node:util'
import { z } from 'zod'
import { asksForHelp, parse } from '../cli/lib/arguments.mjs'
import { WrongArguments } from '../cli/lib/failure.mjs'
import { openStore } from '../stores/open-store.ts'
import { parseReplicaUrl, type ReplicaUrl } from '../stores/replica-url.ts'
import type { Store } from '../stores/store.ts'
import { naming, problemFacts } from './errors.ts'
import { type Output, Progress } from './progress.ts'

export { WrongArguments }

/** What a command has to say, for programs and for people. */
export type Outcome = { ok: boolean; facts: Record<string, unknown>; words: string }

/** What every command works with. */
export type Context = {
  url: ReplicaUrl
  /** What gave the URL, such as `--url`. */
  option: string
  store: Store
  /** Aborted when the command is to end early. */
  signal: AbortSignal
  progress: Progress
}

export type Command<T> = {
  /** The text of `--help`, without the options that all commands have. */
  help: string
  options: ParseArgsOptionsConfig
  /** Whether it has a positional argument, which the schema reads as `action`. */
  hasAction?: boolean
  /** Reads the values of the options. */
  schema: z.ZodType<T>
  run(values: T, context: Context): Promise<Outcome>
  /** Tells the outcome, or an error, where the option `--log` is given; there is no progress then. */
  log?(outcome: Outcome): void
}

/** Infers what the options are read as. */
export function defineCommand<T>(command: Command<T>): Command<T> {
  return command
}

const common = {
  url: { type: 'string' },
  json: { type: 'boolean' },
} as const

const commonHelp = `  --url URL        the replica: gs://BUCKET/PATH, s3://BUCKET/PATH or file:///PATH; REPLICA_URL unless
                   given, and the folder that \`npm start\` uses where that isn't set
  --json           print one JSON document
  --help           print this

Exit codes: 0 done, 1 failed or found wrong, 2 wrong arguments.`

/** Where a command says something, and what ends it early. */
type Terminal = {
  /** For the result alone. */
  stdout: Output
  stderr: Output
  signal: AbortSignal
}

/** Runs the command that this process is for. */
export async function main<T>(command: Command<T>): Promise<void> {
  const { stdout, stderr } = process
  const terminal = { stdout, stderr, signal: abortedBySignals() }
  process.exitCode = await runCommand(command, process.argv.slice(2), terminal)
}

/** @returns the exit code */
export async function runCommand<T>(
  command: Command<T>,
  args: string[],
  terminal: Terminal,
): Promise<number> {
  if (asksForHelp(args)) {
    terminal.stdout.write(`${command.help}\n${commonHelp}\n`)
    return 0
  }
  const log = args.includes('--log') ? command.log : undefined
  const tell = log ?? (args.includes('--json') ? tellPrograms : tellPeople)
  try {
    const outcome = await run(command, args, terminal.signal, log ? null : terminal.stderr)
    tell(outcome, terminal)
    return outcome.ok ? 0 : 1
  } catch (error) {
    const problem = problemFacts(error)
    const isWrong = error instanceof WrongArguments
    const words = isWrong ? `${problem.message} --help says what there is.` : problem.message
    tell({ ok: false, facts: { problem }, words }, terminal)
    return isWrong ? 2 : 1
  }
}

async function run<T>(
  command: Command<T>,
  args: string[],
  signal: AbortSignal,
  output: Output | null,
): Promise<Outcome> {
  const { values, given } = read(command, args)
  const option = values.url === undefined ? 'REPLICA_URL' : '--url'
  const url = readUrl(option, values.url)
  using progress = new Progress(output)
  try {
    return await command.run(given, { url, option, store: storeOf(url), signal, progress })
  } catch (error) {
    throw signal.aborted ? signal.reason : naming(option, error)
  }
}

function read<T>({ options, hasAction, schema }: Command<T>, args: string[]) {
  const known = { ...options, ...common }
  const { values, positionals } = parse(args, known, { positionals: hasAction ? 1 : 0 })
  const { success, data, error } = schema.safeParse({ ...values, action: positionals[0] })
  if (!success) {
    const [issue] = error.issues
    const option = String(issue?.path[0])
    throw new WrongArguments(`${option === 'action' ? '' : `--${option} `}${issue?.message}.`)
  }
  return { values: z.object({ url: z.string().optional() }).parse(values), given: data }
}

function readUrl(option: string, given: string | undefined): ReplicaUrl {
  try {
    return parseReplicaUrl(given ?? process.env.REPLICA_URL ?? '')
  } catch (error) {
    throw new WrongArguments(`${option} ${error instanceof Error ? error.message : error}.`)
  }
}

function storeOf(url: ReplicaUrl): Store {
  try {
    return openStore(url)
  } catch (error) {
    throw new WrongArguments(`${error instanceof Error ? error.message : error}.`)
  }
}

// A first signal ends what is under way in order; npm and the terminal both deliver Ctrl-C.
function abortedBySignals(): AbortSignal {
  const ending = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => ending.abort(new Error(`Interrupted by ${name}.`)))
  }
  return ending.signal
}

function tellPrograms({ ok, facts }: Outcome, { stdout }: Terminal): void {
  stdout.write(`${JSON.stringify({ ok, ...facts })}\n`)
}

function tellPeople({ ok, words }: Outcome, { stdout, stderr }: Terminal): void {
  const output = ok ? stdout : stderr
  output.write(`${words}\n`)
}
