import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { before, describe, it } from 'node:test'
import { parse } from 'yaml'
import { root } from '../src/cli/lib/project.mjs'
import { deploy } from './gcloud/deploy.mjs'
import { Cloud } from './test-support/cloud.mjs'

// What each command asks Google for, by gcloud's source and the references of the APIs. On single
// things alone, and so not in the role: iam.serviceAccounts.actAs, storage.objects of the sources and,
// for lease.json, of the data.
const needs = {
  'services list': ['serviceusage.services.list'],
  'storage buckets describe': ['storage.buckets.get', 'storage.buckets.getIamPolicy'],
  'storage buckets get-iam-policy': ['storage.buckets.getIamPolicy'],
  'storage cat': [],
  'iam service-accounts list': ['iam.serviceAccounts.list'],
  'projects get-iam-policy': [
    'resourcemanager.projects.get',
    'resourcemanager.projects.getIamPolicy',
  ],
  'secrets describe': ['secretmanager.secrets.get'],
  'secrets get-iam-policy': ['secretmanager.secrets.getIamPolicy'],
  'secrets versions list': ['secretmanager.versions.list'],
  'run regions list': ['run.locations.list'],
  'run revisions': ['run.revisions.get', 'run.revisions.list'],
  'run services list': ['run.services.list'],
  'run services describe': ['run.services.get'],
  'run services get-iam-policy': ['run.services.getIamPolicy'],
  'run services remove-iam-policy-binding': ['run.services.setIamPolicy'],
  'run services update-traffic': ['run.services.update'],
  'run jobs describe': ['run.jobs.get'],
  'run jobs get-iam-policy': ['run.jobs.getIamPolicy'],
  'scheduler jobs describe': ['cloudscheduler.jobs.get'],
  'scheduler locations list': ['cloudscheduler.locations.list'],
  'artifacts repositories describe': ['artifactregistry.repositories.get'],
  // It looks at whose the bucket of the sources is, and waits.
  'builds submit': [
    'cloudbuild.builds.create',
    'cloudbuild.builds.get',
    'serviceusage.services.use',
    'storage.buckets.get',
    'storage.buckets.list',
  ],
  'run deploy': [
    'artifactregistry.repositories.downloadArtifacts',
    'run.operations.get',
    'run.services.get',
    'run.services.setIamPolicy',
    'run.services.update',
    'serviceusage.services.get',
  ],
  'run jobs deploy': ['run.jobs.get', 'run.jobs.update', 'run.operations.get'],
  version: [],
}

describe("the deployer's role", () => {
  let permissions
  before(async () => {
    permissions = parse(
      await readFile(join(root, 'packages/streamkeeper/deploy/deployer-role.yaml'), 'utf8'),
    ).includedPermissions
  })

  it('has what the commands of a later deployment need, and nothing else', () => {
    assert.deepEqual(permissions.toSorted(), [...new Set(Object.values(needs).flat())].toSorted())
  })

  it('knows each command of a later deployment', async () => {
    const cloud = new Cloud()
    const where = ['--project', 'my-project', '--region', 'europe-west1', '--bucket', 'my-data']
    await cloud.run(deploy, [...where, '--yes'])
    cloud.forget()
    const { error } = await cloud.run(deploy, [...where, '--yes'])
    assert.equal(error, null)
    const commands = cloud.calls().map(({ argv }) => argv.join(' '))
    const unknown = commands.filter(
      (command) =>
        !command.startsWith('curl ') &&
        !Object.keys(needs).some((verb) => command.startsWith(`${verb} `)),
    )
    assert.deepEqual(unknown, [])
  })
})
