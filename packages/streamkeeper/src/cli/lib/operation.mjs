import './require-node.mjs'
import { spawn } from 'node:child_process'
import { report } from './failure.mjs'
import { litestream } from './litestream.mjs'
import { node } from './node.mjs'
import { onPath } from './on-path.mjs'
import { links, plainUrl } from './plain-path.mjs'
import { moduleFile } from './project.mjs'
import { replicaUrl } from './settings.mjs'

/**
 * Runs an operator's command, `FOLDER/NAME.ts`, with the arguments of this process.
 * @param {string} name
 * @param {{usesLitestream?: boolean, folder?: string}} [options]
 */
export async function operation(name, { usesLitestream = true, folder = 'operations' } = {}) {
  // What is fetched is no part of the command's result.
  console.log = console.error
  try {
    const programs = [await node(), ...(usesLitestream ? [await litestream()] : [])]
    await start(programs, moduleFile(`${folder}/${name}`))
  } catch (error) {
    report(error)
    process.stdout.write(documentFor(process.argv, error))
  }
}

/**
 * What stdout gets where a command could not even begin: programs read one document from there.
 * @param {string[]} args
 * @param {Error} error
 */
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

function start(programs, file) {
  const args = plainArguments(process.argv.slice(2))
  const env = { ...onPath(programs), REPLICA_URL: replicaUrl(process.env) }
  for (const [link, folder] of links()) console.error(`${link} is ${folder} here.`)
  const child = spawn(programs[0], [file, ...args], { env, stdio: 'inherit' })
  // It ends in order, and this one after it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => child.kill(signal))
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => {
      process.exitCode = code ?? 1
      resolve()
    })
  })
}
