/**
 * Runs every bench with small bounds, one after the other; with `--json [FILE]` what they measured is
 * written to a file. Variables of the environment, as `MEGABYTES`, go before these bounds, and `BENCHES`, as in
 * `pages,durable`, chooses some.
 */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Bench, type Figures, ofRelease, writeFigures } from './figures/figures.ts'

const mostMs = 1_200_000
const bounds: Record<string, Record<string, string>> = {
  'at-once': { AT_ONCE: '80,250' },
  'bucket-hour': { MINUTES: '2', WRITES: '10' },
  'cold-start': { MEGABYTES: '0,10,100', TIMES: '3' },
  disk: { MEGABYTES: '100' },
  durable: { LATENCY: '0,20', EACH_MS: '2000' },
  growing: { EACH_MS: '3000' },
  handover: { MEGABYTES: '0,10,100', IDLE_MS: '10000' },
  lag: { EACH_MS: '5000', READER_MS: '10000' },
  memory: { MEGABYTES: '10', LIMITS: '256' },
  moving: { ENTRIES: '100000' },
  pages: { MILLIONS: '0,1,10', EACH_MS: '3000' },
  readers: { IDLE_MS: '20000' },
  recovery: { FAULT: 'answers 503' },
  visits: { MILLIONS: '0,1', TURNS: '10' },
}

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' } },
  allowPositionals: true,
})
const folder = mkdtempSync(join(tmpdir(), 'bench-'))
const benches: Record<string, Bench> = {}
const chosen = process.env.BENCHES?.split(',') ?? Object.keys(bounds)
for (const name of chosen) benches[name] = await run(name)
rmSync(folder, { recursive: true })

const failed = Object.entries(benches).filter(([, { error }]) => error)
for (const [name, { error }] of failed) console.error(`${name}: ${error}`)
if (values.json) {
  const path = positionals[0] ?? ofRelease
  writeFigures(path, figures())
  console.log(`\n${path} has the figures.`)
}
process.exitCode = failed.length > 0 ? 1 : 0

async function run(name: string): Promise<Bench> {
  console.log(`\n── ${name} ──`)
  const startMs = performance.now()
  const FIGURES = join(folder, `${name}.jsonl`)
  writeFileSync(FIGURES, '')
  const child = spawn(process.execPath, [join(import.meta.dirname, `${name}.ts`)], {
    env: { ...bounds[name], ...process.env, FIGURES },
    stdio: 'inherit',
    timeout: mostMs,
  })
  const [code, signal] = await once(child, 'exit')
  const lines = readFileSync(FIGURES, 'utf8').split('\n').filter(Boolean)
  return {
    seconds: Math.round((performance.now() - startMs) / 1_000),
    ...(code !== 0 && { error: `ended with ${signal ?? code}` }),
    tables: lines.map((line) => JSON.parse(line)),
  }
}

function figures(): Figures {
  const git = ['describe', '--always', '--dirty']
  const [cpu] = cpus()
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: execFileSync('git', git, { cwd: import.meta.dirname, encoding: 'utf8' }).trim(),
    machine: { cores: cpus().length, model: cpu?.model ?? '', node: process.version },
    benches,
  }
}
