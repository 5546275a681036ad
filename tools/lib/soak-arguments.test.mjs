import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { WrongArguments } from '../../packages/streamkeeper/src/cli/lib/failure.mjs'
import { readArguments } from './soak-arguments.mjs'

describe('the arguments of the soak', () => {
  it('are half an hour, 40 faults a minute, and another seed each time, unless told', () => {
    const { seed, ...others } = readArguments([])
    assert.match(seed, /^\d+$/)
    assert.deepEqual(others, { minutes: '30', faultsAMinute: '40' })
  })

  it('are taken as told', () => {
    const args = ['--minutes', '2', '--seed=7', '--faults-a-minute', '60']
    assert.deepEqual(readArguments(args), { minutes: '2', seed: '7', faultsAMinute: '60' })
    assert.equal(readArguments(['--help']), 'help')
  })

  it('are refused before anything is built when they make no sense', () => {
    for (const args of [['--minutes', '0'], ['--seed', 'x'], ['--rounds', '5'], ['50']]) {
      assert.throws(() => readArguments(args), WrongArguments, args.join(' '))
    }
  })
})
