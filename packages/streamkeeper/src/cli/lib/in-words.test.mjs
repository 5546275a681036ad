import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inWords } from './in-words.mjs'

describe('a line of the log', () => {
  for (const [what, line, words] of [
    ['is its message', { severity: 'INFO', message: 'Ready.', time: '…' }, 'Ready.'],
    ['names its severity when that matters', { severity: 'ERROR', message: 'No.' }, 'ERROR: No.'],
    ['of Litestream is left out when all is well', { level: 'INFO', msg: 'compaction' }, null],
    [
      'of Litestream is shown with its severity and its reason when something is wrong',
      { level: 'ERROR', msg: 'sync', error: 'no bucket' },
      'ERROR: Litestream: sync (no bucket)',
    ],
    [
      'of Litestream is a warning in our words',
      { level: 'WARN', msg: 'slow' },
      'WARNING: Litestream: slow',
    ],
    [
      'about the database that is registered later is left out',
      { level: 'ERROR', msg: 'no databases specified in configuration' },
      null,
    ],
  ]) {
    it(what, () => assert.equal(inWords(JSON.stringify(line)), words))
  }

  it('of Litestream is left out too where it has a second level', () => {
    assert.equal(inWords('{"level":"INFO","msg":"starting compaction monitor","level":2}'), null)
  })

  for (const line of ['▲ Next.js', 'null', '12', '']) {
    it(`"${line}" that is no JSON of ours stays as it is`, () => assert.equal(inWords(line), line))
  }
})
