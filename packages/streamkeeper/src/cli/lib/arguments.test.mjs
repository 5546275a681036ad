import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { asksForHelp, parse } from './arguments.mjs'
import { WrongArguments } from './failure.mjs'

const options = {
  region: { type: 'string' },
  at: { type: 'string' },
  rollback: { type: 'string', mayBeEmpty: true },
  yes: { type: 'boolean' },
}

describe('the arguments of a command', () => {
  it('are read in any order, with or without an equals sign', () => {
    const { values, positionals } = parse(
      ['--yes', 'show', '--region=a', '--at', '-10m'],
      options,
      {
        positionals: 1,
      },
    )
    assert.deepEqual({ ...values }, { yes: true, region: 'a', at: '-10m' })
    assert.deepEqual(positionals, ['show'])
  })

  it('may leave out a value where there need be none', () => {
    for (const args of [['--rollback'], ['--rollback', '--yes'], ['--rollback=']]) {
      assert.equal(parse(args, options).values.rollback, '')
    }
    assert.equal(parse(['--rollback', 'a'], options).values.rollback, 'a')
  })

  for (const [args, words] of [
    [['--regoin', 'x'], 'There is no option --regoin. Did you mean --region?'],
    [['--nothing-like-it'], 'There is no option --nothing-like-it.'],
    [['--constructor'], 'There is no option --constructor.'],
    [['-x'], 'There is no option -x.'],
    [['--region'], '--region needs a value.'],
    [['--region', '--yes'], '--region needs a value.'],
    [['--yes=1'], '--yes takes no value.'],
    [['stray'], '"stray" is one argument too many.'],
    [['postgres://u:secret@h/d'], '"postgres://…@h/d" is one argument too many.'],
    [['--postgres://u:secret@h/d'], 'There is no option --postgres://…@h/d.'],
  ]) {
    it(`are refused in words: ${args.join(' ')}`, () => {
      assert.throws(
        () => parse(args, options),
        (error) => error instanceof WrongArguments && error.message === words,
      )
    })
  }

  it('ask for help though something else is wrong', () => {
    assert.ok(asksForHelp(['--nope', '--help']) && asksForHelp(['-h']) && !asksForHelp(['help']))
  })
})
