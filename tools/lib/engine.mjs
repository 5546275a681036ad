import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../packages/streamkeeper/src/cli/lib/failure.mjs'
import { run } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { which } from '../../packages/streamkeeper/src/cli/lib/which.mjs'
import { aptInstall, canInstall } from './apt.mjs'
import { cache } from './project.mjs'

/**
 * @typedef {object} Engine what runs containers
 * @property {'docker' | 'podman'} command
 * @property {NodeJS.ProcessEnv} env for the command
 */

/**
 * Finds what runs containers on this machine, or installs it where that may be done.
 * @param {string} program a program for Linux that needs no file besides its own, to try it with
 * @returns {Promise<Engine>}
 * @throws {Failure} when there is none and none can be installed
 */
export async function engine(program) {
  if (await dockerAnswers()) return docker()
  if (!(await which('podman')) && (await canInstall())) await aptInstall('podman', 'runc')
  if (await which('podman')) return podman(program)
  throw new Failure(
    'The tests run the app in containers: install Docker or podman, start it, and try again.',
  )
}

async function dockerAnswers() {
  const { ok, output } = await run('docker', ['--version'], { deadlineMs: 10_000 })
  // podman can be installed under Docker's name.
  if (!ok || /podman/i.test(output)) return false
  const { stdout } = await run('docker', ['info', '--format', '{{.ServerVersion}}'], {
    deadlineMs: 15_000,
  })
  return stdout !== ''
}

function docker() {
  return { command: 'docker', env: { ...process.env } }
}

async function podman(program) {
  const plain = { command: 'podman', env: { ...process.env } }
  // Elsewhere it runs containers in a machine of its own, set up to do so.
  if (process.platform !== 'linux') return plain
  const folder = await tinyRootFilesystem(program)
  const first = await tryToRun(plain, folder)
  if (first.ok) return plain
  const env = { ...process.env, CONTAINERS_CONF: await modestConfiguration() }
  if ((await tryToRun({ ...plain, env }, folder)).ok) return { ...plain, env }
  throw new Failure(`podman can't run a container. Repair it, or start Docker:\n${first.output}`)
}

async function tinyRootFilesystem(program) {
  const folder = join(cache, 'engine-trial')
  await mkdir(folder, { recursive: true })
  await copyFile(program, join(folder, 'program'))
  return folder
}

function tryToRun({ command, env }, folder) {
  return run(command, ['run', '--rm', '--rootfs', folder, '/program', 'version'], { env })
}

// What podman asks for by default can be more than a machine that is a container itself grants:
// a million open files, cgroups through systemd.
async function modestConfiguration() {
  const file = join(cache, 'containers.conf')
  const runtime = (await which('runc')) ? 'runtime = "runc"\n' : ''
  await writeFile(
    file,
    `[containers]\ndefault_ulimits = []\n\n[engine]\ncgroup_manager = "cgroupfs"\n${runtime}`,
  )
  return file
}
