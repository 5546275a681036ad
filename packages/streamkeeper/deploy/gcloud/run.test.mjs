import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { after, describe, it } from 'node:test'
import { atMost, gcloudRunner } from './run.mjs'

const locked = 'ERROR: gcloud crashed (OperationalError): database is locked'

describe('a program that is run', () => {
  const folder = mkdtempSync(join(tmpdir(), 'run-'))
  after(() => rmSync(folder, { recursive: true }))

  function runner(name, script) {
    const bin = mkdtempSync(join(folder, 'bin-'))
    writeFileSync(join(bin, name), `#!/bin/sh\ncd ${bin}\n${script}`, { mode: 0o755 })
    const env = { ...process.env, PATH: [bin, process.env.PATH].join(delimiter) }
    const waits = []
    const run = gcloudRunner({ cwd: bin, env, wait: async (ms) => waits.push(ms) })
    return { bin, run, waits }
  }

  it('is one of three at most where it is gcloud', async () => {
    // Each one notes how many there are beside it.
    const script = 'touch running.$$; ls running.* | wc -l > most.$$; sleep 0.3; rm running.$$'
    const { bin, run } = runner('gcloud', script)
    const results = await Promise.all(Array.from({ length: 10 }, () => run(['version'])))
    assert.ok(results.every(({ ok }) => ok))
    const counts = readdirSync(bin).filter((file) => file.startsWith('most.'))
    assert.equal(counts.length, 10)
    for (const file of counts) assert.ok(Number(readFileSync(join(bin, file), 'utf8')) <= 3)
  })

  it('is run again where another gcloud had its settings', async () => {
    const script = `cat >> stdin; echo run >> runs; [ $(wc -l < runs) = 3 ] || { echo '${locked}' >&2; exit 1; }; echo done`
    const { bin, run, waits } = runner('gcloud', script)
    const { ok, stdout, output } = await run(['secrets', 'create'], { input: 'a' })
    assert.deepEqual({ ok, stdout, output }, { ok: true, stdout: 'done', output: 'done' })
    assert.equal(waits.length, 2)
    assert.equal(readFileSync(join(bin, 'stdin'), 'utf8'), 'aaa')
  })

  it('fails where that does not end', async () => {
    const { run, waits } = runner('gcloud', `echo '${locked}' >&2; exit 1`)
    const { ok, output } = await run(['version'])
    assert.equal(ok, false)
    assert.equal(output, locked)
    assert.ok(waits.length > 2 && waits.length < 10)
  })

  it('is not run again for another reason, nor where it only warns of that', async () => {
    const warning = 'WARNING: Could not store access token in cache: database is locked'
    for (const end of ['exit 0', 'echo PERMISSION_DENIED >&2; exit 1']) {
      const { bin, run } = runner('gcloud', `echo run >> runs; echo '${warning}' >&2; ${end}`)
      await run(['run', 'deploy'])
      assert.equal(readFileSync(join(bin, 'runs'), 'utf8'), 'run\n')
    }
  })

  it('waits for no other where it is not gcloud', async () => {
    const { bin, run } = runner(
      'curl',
      'touch $1; while [ $(ls | grep -c page) != 5 ]; do sleep 0.02; done',
    )
    const pages = [1, 2, 3, 4, 5].map((page) => run([`page${page}`], { program: 'curl' }))
    assert.ok((await Promise.all(pages)).every(({ ok }) => ok))
    assert.equal(readdirSync(bin).filter((file) => file.startsWith('page')).length, 5)
  })
})

describe('tasks of which two may run at once', () => {
  it('begin in their order, each as soon as another has ended', async () => {
    const { begun, begin, end } = tasks()
    const all = ['a', 'b', 'c', 'd'].map(begin)
    await settled()
    assert.deepEqual(begun, ['a', 'b'])
    end.b()
    await settled()
    assert.deepEqual(begun, ['a', 'b', 'c'])
    end.a()
    end.c()
    await settled()
    end.d()
    assert.deepEqual(await Promise.all(all), ['a', 'b', 'c', 'd'])
  })

  it('leave their place to others when they fail', async () => {
    const { begin, end, fail } = tasks()
    const all = ['a', 'b', 'c'].map(begin)
    await settled()
    fail.a(new Error('no'))
    await assert.rejects(all[0], /no/)
    await settled()
    end.b()
    end.c()
    assert.deepEqual(await Promise.all(all.slice(1)), ['b', 'c'])
  })

  it('run again when there was none for a while', async () => {
    const inTurn = atMost(2)
    for (const number of [1, 2, 3]) assert.equal(await inTurn(async () => number), number)
  })
})

function tasks() {
  const inTurn = atMost(2)
  const begun = []
  const end = {}
  const fail = {}
  const begin = (name) =>
    inTurn(
      () =>
        new Promise((resolve, reject) => {
          begun.push(name)
          end[name] = () => resolve(name)
          fail[name] = reject
        }),
    )
  return { begun, begin, end, fail }
}

// Until all that can go on by itself has done so.
function settled() {
  return new Promise((resolve) => setImmediate(resolve))
}
