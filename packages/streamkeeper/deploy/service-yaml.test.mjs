import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { before, describe, it } from 'node:test'
import { root } from '../src/cli/lib/project.mjs'
import { deploy } from './gcloud/deploy.mjs'
import { Cloud } from './test-support/cloud.mjs'

const values = { PROJECT: 'my-project', REGION: 'europe-west1', BUCKET: 'my-data' }

describe('the commands in the head of service.yaml', () => {
  let script
  before(async () => {
    const text = await readFile(join(root, 'packages/streamkeeper/deploy/service.yaml'), 'utf8')
    const [head] = text.split('\napiVersion')
    script = [...head.matchAll(/^# {3}(\S.*| {2}-.*)$/gm)].map(([, line]) => line).join('\n')
  })

  it('name the project in each', () => {
    const commands = script.replaceAll('\\\n', '').match(/(?<=^|\$\()(gcloud|npm run) .*/gm)
    assert.ok(commands.length > 6)
    for (const command of commands) assert.match(command, /--project \$PROJECT /)
  })

  it('make all that `npm run deploy` makes, in an order in which they work', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'by-hand-'))
    test.after(() => rm(folder, { recursive: true }))
    await symlink(join(root, 'packages'), join(folder, 'packages'))
    const npm = `#!/bin/sh\nshift 4\nexec '${process.execPath}' '${root}/packages/streamkeeper/src/cli/deploy.mjs' "$@"\n`
    await writeFile(join(folder, 'npm'), npm, { mode: 0o755 })
    await writeFile(join(folder, 'git'), '#!/bin/sh\necho 0123abc\n', { mode: 0o755 })
    const cloud = new Cloud()
    const ended = spawnSync('bash', ['-e', '-o', 'pipefail', '-c', filled(script, folder)], {
      cwd: folder,
      env: { ...cloud.env, PATH: [folder, cloud.env.PATH].join(delimiter) },
      encoding: 'utf8',
      timeout: 300_000,
    })
    assert.equal(ended.status, 0, ended.stderr)
    assert.deepEqual(made(cloud.state), made(await byCommand()))
  })
})

function filled(script, folder) {
  return script
    .replace(/^(\w+=…\s*)+#.*$/m, () =>
      Object.entries(values)
        .map(([name, value]) => `${name}=${value}`)
        .join('\n'),
    )
    .replaceAll('/tmp/', `${folder}/`)
}

async function byCommand() {
  const { PROJECT, REGION, BUCKET } = values
  const cloud = new Cloud()
  const where = ['--project', PROJECT, '--region', REGION, '--bucket', BUCKET]
  const { error } = await cloud.run(deploy, [...where, '--yes'])
  assert.equal(error, null)
  return cloud.state
}

function made({ apis, accounts, buckets, policies, secrets, services, jobs, schedules }) {
  return {
    policies,
    schedules,
    apis: apis.toSorted(),
    accounts: accounts.toSorted(),
    data: buckets[`gs://${values.BUCKET}`],
    names: [secrets, services, jobs].map(Object.keys),
  }
}
