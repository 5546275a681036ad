import { copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { must } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { which } from '../../packages/streamkeeper/src/cli/lib/which.mjs'
import { aptInstall, distribution } from './apt.mjs'

// Where the certificates of a proxy that this host sits behind are, in it and in the stand-in.
const certificates = '/etc/ssl/certs/ca-certificates.crt'

/** Makes a stand-in for Node's slim image: the host's distribution, Node and npm. */
export async function nodeImage(engine, { node }, image) {
  const env = ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin']
  await importFolder(engine, image, async (folder) => {
    await installDistribution(folder)
    await must('chroot', [
      folder,
      'useradd',
      '--uid',
      '1000',
      '--create-home',
      '--user-group',
      'node',
    ])
    await copyFile(node, join(folder, 'usr/local/bin/node'))
    await installNpm(folder)
    if (process.env.NODE_EXTRA_CA_CERTS) {
      await copyFile(certificates, join(folder, certificates))
      const names = ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'npm_config_cafile']
      env.push(...names.map((name) => `${name}=${certificates}`))
    }
    return [...env.map((value) => `ENV ${value}`), 'CMD ["node"]']
  })
}

/**
 * Makes a stand-in for Litestream's image, of which only the executable and a shell are used.
 * @param {string} base an image that has a shell
 */
export async function litestreamImage({ command, env }, { litestream }, image, base) {
  const folder = await mkdtemp(join(tmpdir(), 'stand-in-'))
  try {
    await copyFile(litestream, join(folder, 'litestream'))
    const dockerfile = `FROM ${base}\nCOPY litestream /usr/local/bin/\nLABEL stand-in=true\n`
    await writeFile(join(folder, 'Dockerfile'), dockerfile)
    await must(command, ['build', '--tag', image, folder], { env, deadlineMs: 300_000 })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function importFolder({ command, env }, image, fill) {
  const work = await mkdtemp(join(tmpdir(), 'stand-in-'))
  try {
    const folder = join(work, 'root')
    await mkdir(folder)
    const changes = [...(await fill(folder)), 'LABEL stand-in=true']
    const archive = join(work, 'root.tar')
    await must('tar', ['-C', folder, '--numeric-owner', '-cf', archive, '.'])
    const args = changes.flatMap((change) => ['--change', change])
    await must(command, ['import', ...args, archive, image], { env, deadlineMs: 300_000 })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function installDistribution(folder) {
  if (!(await which('debootstrap'))) await aptInstall('debootstrap')
  const { suite, mirror } = await distribution()
  const include = 'ca-certificates,libatomic1,libstdc++6'
  await must('debootstrap', ['--variant=minbase', `--include=${include}`, suite, folder, mirror], {
    deadlineMs: 600_000,
  })
  const dispensable = ['var/cache/apt', 'var/lib/apt/lists', 'var/log']
  dispensable.push(...['doc', 'info', 'locale', 'man'].map((name) => `usr/share/${name}`))
  for (const name of dispensable) {
    await rm(join(folder, name), { recursive: true, force: true })
    await mkdir(join(folder, name))
  }
}

async function installNpm(folder) {
  const modules = join(folder, 'usr/local/lib/node_modules')
  await cp(await hostNpm(), join(modules, 'npm'), { recursive: true })
  for (const name of ['npm', 'npx']) {
    const target = `../lib/node_modules/npm/bin/${name}-cli.js`
    await symlink(target, join(folder, 'usr/local/bin', name))
  }
}

async function hostNpm() {
  // Set by npm for what it runs.
  const running = process.env.npm_execpath
  if (running?.endsWith('/bin/npm-cli.js')) return dirname(dirname(running))
  return join(await must('npm', ['root', '--global']), 'npm')
}
