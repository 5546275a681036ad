import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isBuildFailure, whyBuildFailed } from './why-build-failed.mjs'

const where = ['--project', 'p', '--region', 'europe-west1']
const submit = ['builds', 'submit', '.', ...where]
const id = 'b08f3ec1-68b8-4b9c-9bea-a4b1dce771d7'
const failed = `ERROR: (gcloud.builds.submit) build ${id} completed with status "FAILURE"`
const role = ['projects', 'add-iam-policy-binding', 'p', '--role', 'roles/run.builder']

/** What runs gcloud where there is this build. */
function runnerOf(build, asked = []) {
  return async (args) => {
    asked.push(args.join(' '))
    if (!build) return { ok: false, stdout: '', output: 'PERMISSION_DENIED' }
    const answers = { describe: JSON.stringify(build) }
    return { ok: true, stdout: answers[args[1]] ?? build.log ?? '', output: '' }
  }
}

describe('why a build has failed', () => {
  const withoutRights = [
    { failureInfo: { type: 'PUSH_NOT_AUTHORIZED', detail: 'Unauthorized push' } },
    { failureInfo: { type: 'LOGGING_FAILURE' } },
    { failureInfo: { type: 'FETCH_SOURCE_FAILED' } },
    { log: 'denied: Permission "artifactregistry.repositories.uploadArtifacts" denied on x' },
    { statusDetail: "failed to access secret: Permission 'secretmanager.versions.access' denied" },
    { statusDetail: 'The service account does not have permission to write logs to Cloud Logging' },
  ]
  for (const facts of withoutRights) {
    it(`may pass where the account had no right yet: ${JSON.stringify(facts)}`, async () => {
      const why = await whyBuildFailed(submit, failed, [], runnerOf({ id: 'x', ...facts }))
      assert.match(why.passes, /what the build account may do/)
      assert.match(why.meaning, /though it has roles\/run\.builder: .*in some minutes/)
    })
  }

  it('may pass where nothing is known, and the account has just been given its role', async () => {
    for (const build of [null, { id: 'x', log: '' }]) {
      const run = runnerOf(build)
      assert.notEqual((await whyBuildFailed(submit, failed, [role], run)).passes, null)
      assert.equal((await whyBuildFailed(submit, failed, [], run)).passes, null)
    }
  })

  it('stays where the build itself is wrong, even just after that', async () => {
    const build = { id: 'x', failureInfo: { type: 'USER_BUILD_STEP' }, log: 'npm error 403' }
    const why = await whyBuildFailed(submit, failed, [role], runnerOf(build))
    assert.equal(why.passes, null)
    assert.match(why.meaning, /The image could not be built/)
  })

  it("names Docker Hub's limit", async () => {
    const log = 'toomanyrequests: You have reached your unauthenticated pull rate limit.'
    const why = await whyBuildFailed(submit, failed, [role], runnerOf({ id: 'x', log }))
    assert.equal(why.passes, null)
    assert.match(why.meaning, /Docker Hub .* run the same command again later, or .* --image/)
  })

  const withoutImage = [
    'manifest for litestream/litestream:0.5.18 not found: manifest unknown: manifest unknown',
    'ERROR: failed to solve: docker.io/litestream/litestream:0.5.18: failed to resolve source metadata for docker.io/litestream/litestream:0.5.18: docker.io/litestream/litestream:0.5.18: not found',
    'reading manifest 0.5.18 in docker.io/litestream/litestream:0.5.18: manifest unknown',
  ]
  for (const log of withoutImage) {
    it(`names the other way to Litestream where its image is missing: ${log}`, async () => {
      const why = await whyBuildFailed(submit, failed, [], runnerOf({ id: 'x', log }))
      assert.equal(why.passes, null)
      assert.match(why.meaning, /ARG LITESTREAM=library\/golang:1\.26/)
    })
  }

  it('says nothing of that where another image is missing', async () => {
    const log =
      'Step 4/9 : FROM docker.io/litestream/litestream:0.5.18\nmanifest for library/node:26 not found'
    const why = await whyBuildFailed(submit, failed, [], runnerOf({ id: 'x', log }))
    assert.doesNotMatch(why.meaning, /LITESTREAM/)
  })

  it('asks for the build that gcloud names', async () => {
    const asked = []
    assert.ok(isBuildFailure(failed))
    await whyBuildFailed(submit, failed, [], runnerOf({ id }, asked))
    assert.equal(asked[0], `builds describe ${id} --project p --region europe-west1 --format json`)
  })
})
