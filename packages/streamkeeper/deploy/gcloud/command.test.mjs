import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { Answer, gcloud, line } from './command.mjs'

/** What a shell makes of an argument, where gcloud prints its last one. */
function asTyped(argument) {
  const script = `gcloud() { for last; do :; done; printf %s "$last"; }\n${line(gcloud('x', [argument]))}`
  return spawnSync('sh', ['-c', script], { encoding: 'utf8' }).stdout
}

describe('an argument that is typed', () => {
  for (const text of ['plain', 'with space', '', "it's", '"$(id)"', '`id`', 'a\\b', 'a,b=c:d']) {
    it(`is itself: ${text}`, () => {
      assert.equal(asTyped(text), text)
    })
  }

  it('has in it what other commands answer', () => {
    const one = gcloud('a', ['one two'])
    const other = gcloud('b', ['value(name.basename())'])
    const answer = new Answer('A=$x:', one, ',"B"=`y`\\:', other)
    assert.equal(asTyped(answer), 'A=$x:one two,"B"=`y`\\:value(name.basename())')
  })
})
