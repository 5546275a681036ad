import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../../src/cli/lib/project.mjs'
import { which } from '../../src/cli/lib/which.mjs'

/**
 * The gcloud of this machine: its parser, which asks no server.
 * @returns {Promise<((commands: string[][]) => Array<string | null>) | null>} says what is wrong with
 *   each command; null where there is no gcloud
 */
export async function realGcloud() {
  const program = await which('gcloud')
  if (!program) return null
  const { basic, installation } = JSON.parse(output(program, ['info', '--format', 'json']))
  const script = join(import.meta.dirname, 'real-gcloud.py')
  return (commands) =>
    JSON.parse(
      output(basic.python_location, [script, installation.sdk_root], JSON.stringify(commands)),
    )
}

// In a configuration of its own: nobody is logged in there.
function output(program, args, input = '') {
  const folder = mkdtempSync(join(tmpdir(), 'gcloud-'))
  const env = { ...process.env, CLOUDSDK_CONFIG: folder, CLOUDSDK_CORE_DISABLE_PROMPTS: '1' }
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    // Of some files the parser reads what is in them.
    cwd: root,
    env,
    input,
    encoding: 'utf8',
    timeout: 120_000,
  })
  rmSync(folder, { recursive: true })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error ?? stderr}`)
  return stdout
}
