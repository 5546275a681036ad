import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { deploy } from './gcloud/deploy.mjs'
import { logs } from './gcloud/logs.mjs'
import { teardown } from './gcloud/teardown.mjs'
import { Cloud, withDatabaseUrl } from './test-support/cloud.mjs'
import { realGcloud } from './test-support/real-gcloud.mjs'
import { argumentsIn, saidCommands } from './test-support/said-commands.mjs'

const place = ['--project', 'my-project', '--region', 'europe-west1']
const bucket = [...place, '--bucket', 'my-data']
const readers = [...bucket, '--readers', 'us-east1,asia-northeast1']
const database = [...place, '--database-url-secret', 'database-url']
const cloudSql = [
  ...database,
  '--cloud-sql',
  'my-project:europe-west1:visits',
  '--subnet',
  'default',
]
const image = 'us-east1-docker.pkg.dev/other/visits/visits:1'

/** Each way to use a command, as in the life of one project. */
const lives = {
  'a deployment and a second one': [
    [deploy, bucket],
    [deploy, [...bucket, '--memory', '1Gi', '--no-public', '--allow-breaking-migration']],
    [teardown, [...bucket, '--delete-data']],
  ],
  'a deployment with readers': [
    [deploy, [...readers, '--max-readers', '3', '--trusted-proxies', '2', '--disk', '10Gi']],
    [deploy, [...readers, '--public-url', 'https://a.example,https://b.example']],
    [teardown, [...readers, '--delete-data']],
  ],
  'a preview, a rollback, and the way back': [
    [deploy, bucket],
    [deploy, [...bucket, '--preview', 'next']],
    [deploy, bucket],
    [deploy, [...place, '--rollback']],
    [deploy, [...place, '--roll-forward']],
    [deploy, [...bucket, '--to-latest']],
    [deploy, [...place, '--remove-preview', 'next']],
  ],
  'deployments in several regions': [
    [deploy, [...bucket, '--build-region', 'us-east1', '--schedule-region', 'us-east1']],
    [deploy, [...bucket, '--image', image, '--no-schedule']],
    [teardown, [...bucket, '--schedule-region', 'us-east1']],
  ],
  'a move to a database': [
    [deploy, bucket],
    [deploy, database],
    [deploy, [...cloudSql, '--max-instances', '3', '--no-rate-limits']],
    [teardown, [...readers, ...database.slice(4), '--delete-data']],
  ],
}

const parse = await realGcloud()

describe("gcloud's own parser", { skip: parse ? false : 'no gcloud is on the PATH' }, () => {
  let problems
  let said

  before(async () => {
    said = saidCommands()
    const led = await Promise.all(Object.entries(lives).map(([life, uses]) => lead(life, uses)))
    const all = [
      ...led.flat(),
      ...(await ofLogs()),
      ...said,
      ...wrong.map((args) => ({ where: 'here', args })),
    ]
    const problemOf = problemsOf(all.map(({ args }) => args))
    problems = all
      .map((one) => ({ ...one, problem: problemOf(one.args) }))
      .filter((one) => one.problem && !isIncomplete(one))
  })

  const of = (isMeant) =>
    problems
      .filter(({ where }) => isMeant(where))
      .map(({ where, args, problem }) => `${where}: gcloud ${args.join(' ')}\n${problem}`)

  for (const life of [...Object.keys(lives), 'a look at the log']) {
    it(`takes every command of ${life}`, () => {
      assert.deepEqual(
        of((where) => where === life),
        [],
      )
    })
  }

  it('takes every command in the documents, the files to deploy by, and messages', () => {
    assert.ok(said.length > 40, `only ${said.length} were found`)
    const files = said.map(({ where }) => where)
    assert.deepEqual(
      of((where) => files.includes(where)),
      [],
    )
  })

  it('refuses what gcloud does not know', () => {
    assert.equal(of((where) => where === 'here').length, wrong.length)
  })
})

// Most commands are those of several lives.
function problemsOf(commands) {
  const byWords = new Map(commands.map((args) => [args.join('\0'), args]))
  const found = parse([...byWords.values()])
  const problems = new Map([...byWords.keys()].map((words, index) => [words, found[index]]))
  return (args) => problems.get(args.join('\0'))
}

const wrong = [
  ['run', 'deploy', 'visits', '--no-such-flag'],
  ['run', 'deliver', 'visits'],
  ['run', 'deploy', 'visits', '--set-cloudsql-instances', 'a', '--clear-cloudsql-instances'],
]

// So that it is asked why.
const failedBuild = { match: 'builds submit', message: 'Build failed', times: 1 }

/** All that a project is told by its gcloud, and what --dry-run prints. */
async function lead(where, uses) {
  const cloud = new Cloud({ ...withDatabaseUrl, images: [image], failures: [failedBuild] })
  const printed = []
  for (const [command, args] of uses) {
    const dry = await cloud.run(command, [...args, '--dry-run'])
    printed.push(...argumentsIn(dry.printed))
    const { error } = await cloud.run(command, [...args, '--yes'])
    assert.equal(error, null)
  }
  const ran = cloud.calls().map(({ argv }) => argv)
  return [...ran.filter(([program]) => program !== 'curl'), ...printed].map((args) => ({
    where,
    args,
  }))
}

async function ofLogs() {
  const read = (args, means) => logs(args, { ...means, now: Date.now })
  const { printed, error } = await new Cloud().run(read, [...place, '--errors', '--dry-run'])
  assert.equal(error, null)
  return argumentsIn(printed).map((args) => ({ where: 'a look at the log', args }))
}

// A sentence names a command, or a group of them, and leaves out what it acts on; in a message the
// verb may be filled in. Some files are made by a command before.
function isIncomplete({ isMention, problem }) {
  if (/No such file or directory/.test(problem)) return true
  return isMention && incomplete.test(problem)
}

const incomplete =
  /^(IncompleteCommand|RequiredError|RequiredMutexError|UnknownCommand: Invalid choice: 'x')/
