import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { root } from '../src/cli/lib/project.mjs'
import { deploy } from './gcloud/deploy.mjs'
import { emailOf, namesOf } from './settings.mjs'
import { Cloud } from './test-support/cloud.mjs'
import { cloudBuild } from './test-support/cloud-build.mjs'
import { readModule } from './test-support/terraform.mjs'

const project = 'my-project'
const region = 'europe-west1'
const image = `${region}-docker.pkg.dev/${project}/visits/visits:1`
const read = (name) => readFile(join(root, 'packages/streamkeeper/deploy', name), 'utf8')

describe('cloudbuild.yaml', () => {
  it('builds and pushes one image of this commit, as the account for builds', async () => {
    const values = {
      PROJECT_ID: project,
      _SERVICE: 'visits',
      _IMAGE: image,
      _COMMIT: '0123abc',
      _KEY_VERSION: '2',
    }
    const text = (await read('cloudbuild.yaml')).replace(
      /\$\{?(\w+)\}?/g,
      (_, name) => values[name] ?? assert.fail(`${name} has no value`),
    )
    const { steps, images, serviceAccount, availableSecrets } = cloudBuild.parse(parse(text))
    const { accounts, actionKey } = namesOf({ project, region, service: 'visits' })
    const account = emailOf(accounts.build, project)
    assert.equal(serviceAccount, `projects/${project}/serviceAccounts/${account}`)
    assert.deepEqual(images, [image])
    const variable = 'NEXT_SERVER_ACTIONS_ENCRYPTION_KEY'
    assert.deepEqual(
      steps.map(({ args }) => args.join(' ')),
      [`build --tag=${image} --build-arg=COMMIT=0123abc --secret=id=${variable},env=${variable} .`],
    )
    assert.deepEqual(steps[0].secretEnv, [variable])
    assert.deepEqual(availableSecrets.secretManager, [
      { versionName: `projects/${project}/secrets/${actionKey}/versions/2`, env: variable },
    ])
  })
})

describe('what the Terraform module makes for the build', () => {
  const given = { project, region, bucket: 'my-data', image }

  it('is what the command that it prints uses, the one of `streamkeeper deploy`', async () => {
    const { outputs, resources } = await readModule(given)
    const where = ['--project', project, '--region', region, '--bucket', 'my-data']
    const { printed } = await new Cloud().run(deploy, [...where, '--dry-run'])
    const [command] = /gcloud builds submit .*/.exec(printed)
    const inOrder = (text) => argumentsOf(text).toSorted()
    assert.deepEqual(
      inOrder(outputs.build_command),
      inOrder(command.replace(/_IMAGE=[^,]*/, `_IMAGE=${image}`)),
    )
    assert.equal(resources.google_storage_bucket.sources.location, region)
  })

  it('keeps as many images as cleanup-policy.json', async () => {
    const { resources } = await readModule(given)
    const { cleanup_policies } = resources.google_artifact_registry_repository.images
    const inJson = cleanup_policies.map(({ id, action, condition, most_recent_versions }) => ({
      name: id,
      action: { type: action === 'KEEP' ? 'Keep' : 'Delete' },
      ...(condition && {
        condition: { tagState: condition[0].tag_state, olderThan: condition[0].older_than },
      }),
      ...(most_recent_versions && {
        mostRecentVersions: { keepCount: most_recent_versions[0].keep_count },
      }),
    }))
    assert.deepEqual(inJson, JSON.parse(await read('cleanup-policy.json')))
  })

  it('is applied before the image is there, with the roles that take minutes to be known', async () => {
    const { resources } = await readModule(given)
    const roles = Object.entries(resources)
      .filter(([type]) => type.endsWith('_iam_member') && !type.startsWith('google_cloud_run'))
      .flatMap(([type, byName]) => Object.keys(byName).map((name) => `${type}.${name}`))
    assert.deepEqual(
      resources.terraform_data.ready_to_build.depends_on.toSorted(),
      [
        'google_artifact_registry_repository.images',
        ...roles.toSorted(),
        'google_secret_manager_secret_version.action_key',
        'google_storage_bucket.sources',
      ].toSorted(),
    )
  })
})

// The commit and the version are asked for when it runs.
function argumentsOf(command) {
  const said = command.replaceAll(/\$\([^)]*\)+/g, '').replaceAll('"', '')
  return said.replaceAll(/_COMMIT=[^,]*|_KEY_VERSION=\S*/g, '').split(' --')
}
