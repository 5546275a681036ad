import { sum } from './counts.mjs'
import { e2e } from './e2e.mjs'
import { migrations } from './migrations.mjs'
import { npmProgram } from './npm-program.mjs'
import { parts } from './parts.mjs'
import { contract, packageTests, unit } from './unit.mjs'

const onePassed = { passed: 1, failed: 0, skipped: 0 }

/**
 * The stages of the tests, in their order. `needs` is what is prepared before the first of them;
 * `run` returns its counts, or throws a Failure, which counts as one failed. `minutes` are those of
 * 2 cores. An optional one is run where it is named.
 * @type {Record<string, {needs: string[], minutes: number, isOptional?: boolean, run: () => Promise<import('./counts.mjs').Result>}>}
 */
export const stages = {
  lint: {
    minutes: 0.1,
    needs: ['dependencies'],
    run: () => check('biome', 'check', '.'),
  },
  types: {
    minutes: 0.3,
    needs: ['dependencies'],
    run: () => check('tsc', '--noEmit'),
  },
  migrations: {
    minutes: 0.1,
    needs: ['dependencies'],
    run: async () => {
      await migrations(await parts.node())
      return onePassed
    },
  },
  unit: {
    minutes: 5,
    needs: [
      ...['dependencies', 'litestream', 'oldLitestream', 'fakeGcsServer', 'versitygw'],
      ...['postgres', 'aroundPostgres'],
    ],
    run: unit,
  },
  build: {
    minutes: 0.3,
    needs: ['dependencies'],
    run: async () => {
      await parts.build()
      return onePassed
    },
  },
  image: {
    minutes: 1,
    needs: ['baseImages'],
    run: async () => {
      const { tag, megabytes } = await parts.image()
      console.log(`${tag}: ${megabytes} MB`)
      return onePassed
    },
  },
  package: {
    minutes: 3,
    needs: ['dependencies', 'litestream', 'fakeGcsServer', 'baseImages'],
    run: packageTests,
  },
  e2e: {
    minutes: 8,
    needs: [
      'dependencies',
      'litestream',
      'oldLitestream',
      'fakeGcsServer',
      'versitygw',
      'browser',
      'baseImages',
    ],
    run: () => e2e(),
  },
  // What is tried on one server that speaks S3, on another one.
  seaweedfs: {
    minutes: 5,
    isOptional: true,
    needs: ['dependencies', 'litestream', 'fakeGcsServer', 'versitygw', 'seaweedfs', 'baseImages'],
    run: async () => {
      const more = { SEAWEEDFS: await parts.seaweedfs(), S3_PROGRAM: 'seaweedfs' }
      return sum([await contract(), await e2e({ args: ['--project=s3'], more })])
    },
  },
}

/**
 * Groups of stages, one after the other. Those of a group run side by side: they share no file that one
 * of them writes, and print little.
 */
export const groups = [
  ['lint', 'migrations', 'build'],
  // The build writes types, and a script that the image has.
  ['types', 'image'],
  // Both wait for Litestream, for containers and for npm, much of the time.
  ['unit', 'package'],
  ['e2e'],
  ['seaweedfs'],
]

const fetched = {
  litestream: 'Litestream',
  oldLitestream: 'the original sample’s Litestream',
  fakeGcsServer: 'a fake Cloud Storage',
  versitygw: 'a server that speaks S3',
  seaweedfs: 'SeaweedFS',
  postgres: 'PostgreSQL',
  aroundPostgres: 'PgBouncer, Patroni and what they need',
  browser: 'Chromium',
  baseImages: 'Docker or podman, with the images that the Dockerfile names',
}

/** What stages will take, for people. */
export function inAdvance(names) {
  const minutes = names.reduce((sum, name) => sum + stages[name].minutes, 0)
  const needs = new Set(names.flatMap((name) => stages[name].needs))
  const what = Object.keys(fetched).flatMap((need) => (needs.has(need) ? [fetched[need]] : []))
  const time = minutes < 1 ? 'less than a minute' : `about ${Math.round(minutes)} minutes`
  const uses =
    what.length > 0 ? `\nThey use ${what.join(', ')}: what is missing is fetched first.` : ''
  return `Tests: ${names.join(', ')}. They take ${time} on 2 cores.${uses}`
}

async function check(program, ...args) {
  await parts.dependencies()
  await npmProgram(await parts.node(), program, args)
  return onePassed
}
