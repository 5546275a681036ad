import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Cloud } from '../test-support/cloud.mjs'
import { lineOf } from './log-line.mjs'
import { logs } from './logs.mjs'

const where = ['--project', 'my-project', '--region', 'europe-west1']
const now = Date.parse('2026-11-25T10:00:00Z')

describe('the log', () => {
  it('is that of the service, its readers and the verify job, the newest lines, oldest first', async () => {
    const { argvs, printed } = await read([], [[entry(2, 'second'), entry(1, 'first')]])
    assert.equal(argvs.length, 1)
    const [words, verb, filter, ...flags] = argvs[0]
    assert.deepEqual([words, verb], ['logging', 'read'])
    assert.deepEqual(flags, ['--project', 'my-project', '--limit', '200', '--format', 'json'])
    assert.match(filter, /^timestamp>="2026-11-24T10:00:00.000Z" AND /)
    assert.match(filter, /service_name="visits" AND resource.labels.location="europe-west1"/)
    assert.match(filter, /service_name="visits-readers"\)/)
    assert.match(filter, /job_name="visits-verify" AND resource.labels.location="europe-west1"/)
    assert.deepEqual(
      printed.map((line) => line.split('] ')[1]),
      ['first', 'second'],
    )
  })

  it('is asked for as it is told', async () => {
    const options = ['--since', '2h', '--limit', '7', '--of', 'verify', '--errors', '--json']
    const { argvs, printed } = await read(options, [[entry(1, 'a')]])
    const [, , filter, ...flags] = argvs[0]
    assert.match(filter, /^timestamp>="2026-11-25T08:00:00.000Z"/)
    assert.doesNotMatch(filter, /service_name/)
    assert.match(filter, /severity>=WARNING\) OR \(jsonPayload.level=\("WARN" OR "ERROR"\)/)
    assert.ok(flags.includes('7'))
    assert.deepEqual(JSON.parse(printed[0]), entry(1, 'a'))
  })

  it('may begin at a time', async () => {
    const { argvs } = await read(['--since', '2026-11-25T10:00:00+01:00'], [[]])
    assert.match(argvs[0][2], /^timestamp>="2026-11-25T09:00:00.000Z"/)
  })

  it('that has nothing is told, with what to look at', async () => {
    const { said, error } = await read(['--errors'], [[]])
    assert.equal(error, null)
    assert.match(
      said,
      /No warnings or errors of visits in europe-west1.*check --region and --service/,
    )
  })

  it('that may not be read names the role', async () => {
    for (const message of [
      'ERROR: (gcloud.logging.read) PERMISSION_DENIED: Permission denied for all log views',
      "ERROR: (gcloud.logging.read) PERMISSION_DENIED: Permission 'logging.logEntries.list' denied on resource (or it may not exist).",
      "ERROR: (gcloud.logging.read) PERMISSION_DENIED: Permission 'logging.views.access' denied on resource (or it may not exist).",
    ]) {
      const { error } = await read([], [message])
      assert.match(error.message, /has to give you roles\/logging\.viewer/)
    }
  })

  it('prints its command in a dry run, as a shell takes it', async () => {
    const { argvs, printed } = await read(['--dry-run'], [])
    assert.deepEqual(argvs, [])
    assert.match(
      printed[0],
      /^gcloud logging read 'timestamp>=".*' --project my-project --limit 200$/,
    )
  })

  it('is refused to wrong arguments before anything is asked', async () => {
    for (const wrong of [['--since', 'yesterday'], ['--limit', '0'], ['--of', 'all'], ['--tail']]) {
      const { argvs, error } = await read(wrong, [])
      assert.equal(error.constructor.name, 'WrongArguments', wrong.join(' '))
      assert.deepEqual(argvs, [])
    }
  })

  it('is a command, and ends with 2 where its arguments are wrong', async () => {
    const { status, stderr } = await new Cloud().streamkeeper('logs')
    assert.equal(status, 2)
    assert.match(stderr, /--project is missing.*See --help/s)
  })
})

describe('the log that is followed', () => {
  it('shows each line once, also one that came late, and leaves nothing out', async () => {
    const { argvs, printed } = await read(
      ['--follow'],
      [
        [entry(40, 'a')],
        [entry(41, 'b'), entry(40, 'a')],
        [entry(41, 'b'), entry(40, 'a'), entry(20, 'late')],
      ],
    )
    assert.deepEqual(
      printed.map((line) => line.split('] ')[1]),
      ['a', 'b', 'late'],
    )
    const [first, second, third] = argvs.map(([, , filter]) => filter.split(' AND ')[0])
    assert.equal(first, 'timestamp>="2026-11-25T09:59:00.000Z"')
    // It looks back half a minute from the newest, but never before the start.
    assert.equal(second, 'timestamp>="2026-11-25T10:00:10.000Z"')
    assert.equal(third, 'timestamp>="2026-11-25T10:00:11.000Z"')
    assert.deepEqual(
      argvs.map((argv) => argv.includes('--limit')),
      [true, false, false],
    )
  })

  it('tells two lines of the same moment apart', async () => {
    const twin = { ...entry(40, 'b'), insertId: 'another' }
    const { printed } = await read(['--follow'], [[twin, entry(40, 'a')]])
    assert.equal(printed.length, 2)
  })

  it('goes on after a failure in between, and ends where the first answer is one', async () => {
    const between = await read(['--follow'], [[entry(1, 'a')], 'UNAVAILABLE', [entry(2, 'b')]])
    assert.equal(between.error, null)
    assert.equal(between.printed.length, 2)
    assert.match(between.said, /UNAVAILABLE/)
    const denied = 'PERMISSION_DENIED: Permission denied for all log views'
    const first = await read(['--follow'], [denied, []])
    assert.match(first.error.message, /roles\/logging\.viewer/)
  })
})

describe('a line of the log', () => {
  const at = '2026-11-25T10:11:12.345678Z'
  const labels = { service_name: 'visits', revision_name: 'visits-00003-abc', location: 'eu' }
  const shown = (entry, more = {}) =>
    lineOf({ timestamp: at, resource: { labels: { ...labels, ...more } }, ...entry })

  it('of the app has its severity, its message, and what else it says', () => {
    const jsonPayload = {
      message: 'It leads.',
      epoch: 7,
      reason: 'a b',
      httpRequest: {},
      'logging.googleapis.com/trace': 'x',
    }
    assert.equal(
      shown({ severity: 'WARNING', jsonPayload }),
      '2026-11-25 10:11:12.345 WARNING  [visits-00003-abc] It leads. epoch=7 reason="a b"',
    )
  })

  it('of Litestream has the level that it gives itself', () => {
    const jsonPayload = { level: 'ERROR', msg: 'sync', error: 'no bucket', time: at }
    assert.match(shown({ jsonPayload }), /ERROR {4}\[.*\] Litestream: sync error="no bucket"$/)
  })

  it('may be plain text', () => {
    assert.match(shown({ severity: 'INFO', textPayload: 'hello' }), /INFO {5}\[.*\] hello$/)
    assert.match(shown({ textPayload: 'hello' }), /DEFAULT {2}\[.*\] hello$/)
  })

  it('of a request that Google refused has what it was, and why', () => {
    const httpRequest = { requestMethod: 'GET', requestUrl: 'https://v.run.app/a?b=c', status: 429 }
    const textPayload = 'The request was aborted because there was no available instance.'
    assert.match(
      shown({ severity: 'ERROR', httpRequest, textPayload }),
      /\] GET \/a 429 The request was aborted because there was no available instance\.$/,
    )
  })

  it('of a deployment has what became of it', () => {
    const protoPayload = {
      methodName: 'ReplaceService',
      status: { message: 'It failed to start.' },
    }
    assert.match(shown({ severity: 'ERROR', protoPayload }), /\] Cloud Run: It failed to start\.$/)
    const changed = { methodName: 'Update', authenticationInfo: { principalEmail: 'a@b.c' } }
    assert.match(shown({ protoPayload: changed }), /\] Cloud Run: Update by a@b\.c$/)
  })

  it('commands no terminal, whatever a user has sent', () => {
    const jsonPayload = {
      message: 'a\u001b]0;title\u0007b\u009bc',
      agent: '\u001b[2J',
      stack: 'd\n\te',
    }
    const line = shown({ jsonPayload })
    assert.ok(line.includes(String.raw`a\u001b]0;title\u0007b\u009bc agent=\u001b[2J`), line)
    assert.match(shown({ textPayload: 'd\n\te' }), /d\n\te$/)
  })

  it('names the region of a reader, and the job', () => {
    const readers = { service_name: 'visits-readers', location: 'us-east1' }
    assert.match(shown({ textPayload: 'a' }, readers), /\[visits-readers us-east1\] a/)
    const job = { timestamp: at, resource: { labels: { job_name: 'visits-verify' } } }
    assert.match(lineOf({ ...job, textPayload: 'a' }), /\[visits-verify\] a/)
  })
})

function entry(second, message) {
  return {
    insertId: message,
    logName: 'projects/my-project/logs/run.googleapis.com%2Fstdout',
    timestamp: new Date(now + second * 1_000).toISOString(),
    resource: { labels: { service_name: 'visits', revision_name: 'visits-00001-abc' } },
    jsonPayload: { message },
  }
}

// Each answer once, the newest entry first, or what gcloud says of a failure; then Ctrl-C.
async function read(options, answers) {
  const argvs = []
  const printed = []
  const said = []
  const stop = new AbortController()
  const means = {
    run: async (args) => {
      argvs.push(args)
      const answer = answers[argvs.length - 1]
      if (argvs.length >= answers.length) stop.abort()
      return typeof answer === 'string'
        ? { ok: false, stdout: '', output: answer }
        : { ok: true, stdout: JSON.stringify(answer), output: '' }
    },
    print: (text) => printed.push(text),
    say: (text) => said.push(text),
    wait: async () => {},
    app: async () => ({ name: 'visits' }),
    now: () => now,
    signal: stop.signal,
  }
  const error = await logs([...where, ...options], means).then(
    () => null,
    (error) => error,
  )
  return { argvs, printed, said: said.join('\n'), error }
}
