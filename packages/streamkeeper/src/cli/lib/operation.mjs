import './require-node.mjs'
import { report } from './failure.mjs'
import { mustBeInBucket } from './in-bucket.mjs'
import { litestream } from './litestream.mjs'
import { node } from './node.mjs'
import { onPath } from './on-path.mjs'
import { links, plainUrl } from './plain-path.mjs'
import { moduleFile } from './project.mjs'
import { handOver } from './run.mjs'
import { replicaUrl } from './settings.mjs'

/** Runs an operator's command, `FOLDER/NAME.ts`, with the arguments of this process. */
export async function operation(name, { usesLitestream = true, folder = 'operations' } = {}) {
  // What is fetched is no part of the command's result.
  console.log = console.error
  try {
    mustBeInBucket(name, process.argv.slice(2), process.env)
    const programs = [await node(), ...(usesLitestream ? [await litestream()] : [])]
    await start(programs, moduleFile(`${folder}/${name}`))
  } catch (error) {
    report(error)
    process.stdout.write(documentFor(process.argv, error))
  }
}

/** What stdout gets where a command could not even begin: programs read one document from there. */
export function documentFor(args, { message }) {
  if (!args.some((arg) => arg === '--json' || arg.startsWith('--json='))) return ''
  return `${JSON.stringify({ ok: false, problem: { code: 'failed', message } })}\n`
}

/** The arguments with the URLs of folders as Litestream understands them. */
export function plainArguments(args) {
  return args.map((arg) => {
    const [, option, url] = /^(--[a-z-]+=|)(file:.*)$/is.exec(arg) ?? []
    return url === undefined ? arg : `${option}${plainUrl(url)}`
  })
}

async function start(programs, file) {
  const args = plainArguments(process.argv.slice(2))
  const env = { ...onPath(programs), REPLICA_URL: replicaUrl(process.env) }
  for (const [link, folder] of links()) console.error(`${link} is ${folder} here.`)
  process.exitCode = await handOver(programs[0], [file, ...args], env)
}
