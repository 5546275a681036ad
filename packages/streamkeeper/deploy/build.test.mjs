import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { root } from '../src/cli/lib/project.mjs'
import { defaults, emailOf, namesOf } from './settings.mjs'
import { cloudBuild } from './test-support/cloud-build.mjs'
import { readModule } from './test-support/terraform.mjs'

const project = 'my-project'
const region = 'europe-west1'
const image = `${region}-docker.pkg.dev/${project}/visits/visits:1`
const read = (name) => readFile(join(root, 'packages/streamkeeper/deploy', name), 'utf8')

describe('cloudbuild.yaml', () => {
  it('builds and pushes one image of this commit, as the account for builds', async () => {
    const values = { PROJECT_ID: project, _SERVICE: 'visits', _IMAGE: image, _COMMIT: '0123abc' }
    const text = (await read('cloudbuild.yaml')).replace(
      /\$\{?(\w+)\}?/g,
      (_, name) => values[name] ?? assert.fail(`${name} has no value`),
    )
    const { steps, images, serviceAccount } = cloudBuild.parse(parse(text))
    const { build } = namesOf({ project, region, ...defaults }).accounts
    assert.equal(serviceAccount, `projects/${project}/serviceAccounts/${emailOf(build, project)}`)
    assert.deepEqual(images, [image])
    assert.deepEqual(
      steps.map(({ args }) => args.join(' ')),
      [`build --tag ${image} --build-arg COMMIT=0123abc .`],
    )
  })
})

describe('what the Terraform module makes for the build', () => {
  const given = { project, region, bucket: 'my-data', image }

  it('is what the command that it prints uses, the one of service.yaml', async () => {
    const { outputs, resources } = await readModule(given)
    const [command] = /gcloud builds submit (?:.*\\\n)*.*/.exec(await read('service.yaml'))
    const values = { PROJECT: project, REGION: region, IMAGE: image }
    const byHand = command
      .replace(/\s*\\\n#\s*/g, ' ')
      .replace(/\$([A-Z]+)/g, (_, name) => values[name])
    assert.equal(outputs.build_command, byHand)
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
        'google_storage_bucket.sources',
      ].toSorted(),
    )
  })
})
