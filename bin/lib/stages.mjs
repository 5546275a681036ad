import { e2e } from './e2e.mjs'
import { migrations } from './migrations.mjs'
import { npmProgram } from './npm-program.mjs'
import { parts } from './parts.mjs'
import { unit } from './unit.mjs'

const onePassed = { passed: 1, failed: 0, skipped: 0 }

/**
 * The stages of the tests, in their order. `needs` is what is prepared before the first of them;
 * `run` returns its counts, or throws a Failure, which counts as one failed.
 * @type {Record<string, {needs: string[], run: () => Promise<import('./counts.mjs').Counts>}>}
 */
export const stages = {
  lint: {
    needs: ['dependencies'],
    run: () => check('biome', 'check', '.'),
  },
  types: {
    needs: ['dependencies'],
    run: () => check('tsc', '--noEmit'),
  },
  migrations: {
    needs: ['dependencies'],
    run: async () => {
      await migrations(await parts.node())
      return onePassed
    },
  },
  unit: {
    needs: ['dependencies', 'litestream', 'oldLitestream', 'fakeGcsServer', 'postgres'],
    run: unit,
  },
  build: {
    needs: ['dependencies'],
    run: async () => {
      await parts.build()
      return onePassed
    },
  },
  image: {
    needs: ['baseImages'],
    run: async () => {
      const { tag, megabytes } = await parts.image()
      console.log(`${tag}: ${megabytes} MB`)
      return onePassed
    },
  },
  e2e: {
    needs: [
      'dependencies',
      'litestream',
      'oldLitestream',
      'fakeGcsServer',
      'browser',
      'baseImages',
    ],
    run: () => e2e(),
  },
}

async function check(program, ...args) {
  await parts.dependencies()
  await npmProgram(await parts.node(), program, args)
  return onePassed
}
