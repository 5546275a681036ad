import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { pathToFileURL } from 'node:url'

/** The module that has the rule is the lease's own where it is not said. */
type Mutant = { module?: keyof typeof testOf; from: string; to: string; foundBy: string }

const testOf = {
  lease: 'lease',
  continues: 'continues',
  'observed-lease': 'lease',
  'run-out': 'run-out',
} as const

/** Each rule of the lease, how to break it, and the test of its module that has to fail then. */
const mutants: Record<string, Mutant> = {
  'that holds a lease for ever': {
    from: '< this.#options.timing.ttlMs',
    to: '< Number.MAX_SAFE_INTEGER',
    foundBy: 'ends for its holder before anybody else can take it',
  },
  'that counts from the answer to its renewal': {
    from: 'generation: written.generation, lease, renewedAtMs }',
    to: 'generation: written.generation, lease, renewedAtMs: this.#options.clock() }',
    foundBy: 'counts from before the renewal was sent',
  },
  'that takes a lease which has not run out': {
    module: 'run-out',
    from: '> ttlMs * slowest',
    to: '> ttlMs',
    foundBy:
      'leave it to its holder until that one knows that it has run out, whatever the clocks do',
  },
  'that takes whole seconds for exact ones': {
    module: 'run-out',
    from: 'ageMs - storeClockMs',
    to: 'ageMs',
    foundBy:
      'leave it to its holder until that one knows that it has run out, whatever the clocks do',
  },
  'that never takes one which has run out': {
    module: 'run-out',
    from: '> ttlMs * slowest',
    to: '< 0',
    foundBy: 'leave enough to an older release that leads: it stops before what it has noted',
  },
  'that does not see by the clock of the store that it has run out': {
    module: 'observed-lease',
    from: 'ttlMs: lease.ttlMs, ageMs, storeClockMs, unchangedMs }',
    to: 'ttlMs: lease.ttlMs, ageMs: 0, storeClockMs, unchangedMs }',
    foundBy: 'can be taken at once from a holder that has not renewed for its time and the margins',
  },
  'that does not count how long it has waited itself': {
    module: 'observed-lease',
    from: 'return now - this.#seen.sinceMs',
    to: 'return 0',
    foundBy: 'can be taken by whoever has seen it unchanged for its time and the margin',
  },
  'that does not begin to wait anew after a renewal': {
    module: 'observed-lease',
    from: 'if (this.#seen?.generation !== generation) this.#seen =',
    to: 'this.#seen ??=',
    foundBy:
      'is waited for anew after each renewal, and from when the answer that shows it has come',
  },
  'that waits from when it sent its look': {
    module: 'observed-lease',
    from: 'const stored = await this.#store.read(leaseName)\n    return',
    to: `const sinceMs = this.#options.waitClock()
    const stored = await this.#store.read(leaseName)
    const generation = stored?.generation ?? ''
    if (this.#seen?.generation !== generation) this.#seen = { generation, sinceMs }
    return`,
    foundBy:
      'is waited for anew after each renewal, and from when the answer that shows it has come',
  },
  'that forgets with what it asks how long it has waited': {
    module: 'observed-lease',
    from: "written.outcome === 'written' && this.#seen",
    to: "written.outcome === 'conflict' && this.#seen",
    foundBy: 'is waited for no longer where whoever waits has asked for it',
  },
  'that takes what it asked for, for what it has waited for': {
    module: 'observed-lease',
    from: "written.outcome === 'written' && this.#seen?.generation === stored.generation",
    to: "written.outcome === 'written' && this.#seen",
    foundBy: 'is waited for anew where it was renewed before whoever waits has asked for it',
  },
  'that waits by the clock by which it holds a lease': {
    module: 'observed-lease',
    from: 'const now = this.#options.waitClock()',
    to: 'const now = (this.#options as never as { clock: () => number }).clock()',
    foundBy: 'is not taken any earlier by an instance whose wall clock is set ahead',
  },
  'that is held by the clock by which it waits for others': {
    from: 'return this.#options.clock() - this.#held.renewedAtMs < this.#options.timing.ttlMs',
    to: 'return this.#options.waitClock() - this.#held.renewedAtMs < this.#options.timing.ttlMs',
    foundBy: 'ends for its holder before anybody else can take it',
  },
  'that waits for its own time instead of that of the holder': {
    module: 'observed-lease',
    from: 'hasRunOut({ ttlMs: lease.ttlMs, ageMs, storeClockMs, unchangedMs })',
    to: 'hasRunOut({ ttlMs: this.#options.timing.ttlMs, ageMs, storeClockMs, unchangedMs })',
    foundBy: 'is waited for by the time that its holder has noted, and not by the own one',
  },
  'that lets a look hold up its renewal': {
    from: 'this.#held.renewedAtMs + this.#tookMs >=',
    to: 'this.#held.renewedAtMs >=',
    foundBy:
      'is renewed instead of looked at where the store is so slow that a look would hold that up',
  },
  'that writes over whatever was written meanwhile': {
    from: 'text, ifGeneration)',
    to: 'text, (await this.#store.read(leaseName))?.generation ?? null)',
    foundBy: 'is lost to whoever took it',
  },
  'that uses an epoch twice': {
    from: 'const epoch = rest.epoch + 1',
    to: 'const epoch = Math.max(1, rest.epoch)',
    foundBy: 'is held by one at a time, and each leadership has an epoch of its own',
  },
  'that acknowledges by an epoch that nobody will restore': {
    from: 'return this.isValid && this.#held',
    to: 'return this.isValid || this.#held',
    foundBy: 'acknowledges nothing before its epoch is complete, nor once it is being released',
  },
  'that acknowledges while it gives the lease back': {
    from: 'this.#isReleasing = true',
    to: 'this.#isReleasing = false',
    foundBy: 'acknowledges nothing before its epoch is complete, nor once it is being released',
  },
  'that renews the lease for its holder when it asks': {
    module: 'observed-lease',
    from: 'renewedAt, wantedBy: this.#me.id',
    to: 'wantedBy: this.#me.id',
    foundBy: 'is not renewed by whoever wants it',
  },
  'that does not hear that it is wanted': {
    from: "? 'wanted' : 'renewed'",
    to: "? 'renewed' : 'renewed'",
    foundBy: 'tells its holder that it is wanted',
  },
  'that does not notice that another has it': {
    from: 'lease.holder?.id === this.me.id && lease.epoch === this.#held.lease.epoch',
    to: 'lease.epoch > 0',
    foundBy: 'is lost to whoever took it',
  },
  'that gives up when somebody wants the lease at that moment': {
    from: 'tries < 5',
    to: 'tries < 1',
    foundBy: 'is renewed, released and completed also where it is wanted at that moment',
  },
  'that says of an incomplete epoch how far it reached': {
    from: 'const known = restorable === epoch && {',
    to: 'const known = {',
    foundBy: 'tells nothing of an epoch that is not complete, nor of one that another leads',
  },
  'that takes what another epoch reached for its own': {
    from: 'if (this.#held?.lease.epoch !== epoch) return',
    to: 'if (epoch < 0) return',
    foundBy: 'tells nothing of an epoch that is not complete, nor of one that another leads',
  },
  'that says less than the bucket has': {
    from: 'Math.max(this.#reachedTxid, txid)',
    to: 'txid',
    foundBy: 'tells its successor how far its replica reached, from each renewal and the release',
  },
  'that goes on counting where its last leadership ended': {
    from: 'if (acquired) this.#reachedTxid = 0',
    to: 'if (!acquired) this.#reachedTxid = 0',
    foundBy: 'begins each leadership at no transaction',
  },
  'that says of any epoch what this one was begun with': {
    from: 'begunWith?.epoch === restorable',
    to: 'begunWith',
    foundBy: 'notes what an epoch was begun with, if that is the one before it',
  },
  'that says of each epoch that it continues the one before': {
    from: '...(continued && { continued })',
    to: 'continued: true',
    foundBy: 'notes which epochs continue the one before them, and only those',
  },
  'that forgets which epochs continue the one before': {
    from: '...(continued && { continued })',
    to: '...(!continued && {})',
    foundBy: 'notes which epochs continue the one before them, and only those',
  },
  'that grows with each leadership': {
    from: 'obsolete.length <= mostObsolete',
    to: 'obsolete.length > 0',
    foundBy: 'stays small, and remembers the oldest epoch, however often it changes hands',
  },
  'that makes an incomplete epoch the restorable one': {
    from: 'const next = { ...rest, holder,',
    to: 'const next = { ...rest, restorable: epoch, holder,',
    foundBy:
      'leaves the restorable epoch as it was when a leadership ends before its own is complete',
  },
  'that takes an epoch which was uploaded in full for one that goes on': {
    module: 'continues',
    from: '!begun?.continued',
    to: '!begun',
    foundBy: 'is none of the restorable epoch where an epoch since was uploaded in full',
  },
  'that takes what never was in the next epoch for a state of it': {
    module: 'continues',
    from: 'begun.txid < txid',
    to: 'begun.txid < 0',
    foundBy: 'is none of the restorable epoch where it is newer than what was continued',
  },
  'that believes what was before an operator chose another epoch': {
    module: 'continues',
    from: 'obsolete.findLast(',
    to: 'obsolete.find(',
    foundBy: 'is none of an epoch that an operator has chosen instead of its own',
  },
}

// Gives the changed module in the place of the one at that URL.
const loadMutant = `
  import { registerHooks } from 'node:module'
  const { MUTANT_URL, MUTANT } = process.env
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context)
      return url === MUTANT_URL ? { ...loaded, source: MUTANT } : loaded
    },
  })
`

describe('The tests of the lease find a mutant', () => {
  for (const [what, { module = 'lease', from, to, foundBy }] of Object.entries(mutants)) {
    it(what, async () => {
      const path = join(import.meta.dirname, `${module}.ts`)
      const source = readFileSync(path, 'utf8')
      assert.equal(source.split(from).length, 2, 'the rule stands there, once')
      const mutant = { MUTANT_URL: pathToFileURL(path).href, MUTANT: source.replace(from, to) }
      const output = await outputOf(testOf[module], foundBy, mutant)
      assert.match(output, new RegExp(`^ *not ok \\d+ - ${foundBy}$`, 'm'))
    })
  }
})

function outputOf(test: string, name: string, mutant: Record<string, string>): Promise<string> {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const load = `data:text/javascript,${encodeURIComponent(loadMutant)}`
  const flags = ['--import', load, '--test-reporter=tap', `--test-name-pattern=${name}`]
  const options = { cwd: import.meta.dirname, env: { ...env, ...mutant } }
  return new Promise((resolve) => {
    execFile(process.execPath, [...flags, `${test}.test.ts`], options, (_, out) => resolve(out))
  })
}
