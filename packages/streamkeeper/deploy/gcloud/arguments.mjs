import { parse } from '../../src/cli/lib/arguments.mjs'
import { WrongArguments } from '../../src/cli/lib/failure.mjs'
import { onDatabase, readers, service } from '../settings.mjs'
import { dashed } from './command.mjs'
import { formats } from './formats.mjs'

/**
 * Reads the arguments of a command, and checks those that have a format.
 * @param {string[]} args
 * @param {object} known the names of its options, in camel case
 * @param {string[]} known.texts that have to be given, or have a default
 * @param {string[]} [known.optional] that need not
 * @param {string[]} known.switches
 * @param {(given: Record<string, string | boolean>) => string[]} [known.contradictions] says what is
 *   wrong with the options that are given together
 * @param {Record<string, string>} [defaults]
 * @returns {Record<string, any>} all of them; switches that are not given are false
 * @throws {WrongArguments} with a line for all that is wrong
 */
export function readArguments(args, known, defaults = {}) {
  const { texts, optional = [], switches, contradictions = () => [] } = known
  const given = givenIn(args, [...texts, ...optional], switches)
  const values = { ...defaults, ...given }
  const problems = [
    ...texts.filter((name) => values[name] === undefined).map(missing),
    ...[...texts, ...optional].map((name) => misshapen(name, values[name])).filter(Boolean),
    ...contradictions(given),
  ]
  if (problems.length > 0) throw new WrongArguments(problems.join('\n'))
  return Object.fromEntries([
    ...[...texts, ...optional].map((name) => [name, values[name]]),
    ...switches.map((name) => [name, values[name] ?? false]),
  ])
}

function givenIn(args, texts, switches) {
  const options = Object.fromEntries([
    // What is given twice is not the last of the two: it is a list, or else refused by its format.
    ...texts.map((name) => [
      dashed(name),
      { type: 'string', multiple: true, mayBeEmpty: formats[name].fits('') },
    ]),
    ...switches.map((name) => [dashed(name), { type: 'boolean' }]),
  ])
  const { values } = parse(args, options)
  return Object.fromEntries(
    [...texts, ...switches].flatMap((name) => {
      const value = values[dashed(name)]
      return value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]]
    }),
  )
}

/** What is said of an option that has to be given and isn't. */
function missing(name) {
  return `${option(name)} is missing: ${formats[name].words}.`
}

function misshapen(name, value) {
  if (value === undefined || formats[name].fits(value)) return null
  return `${option(name)} "${value}" is not ${formats[name].words}.`
}

/** An option as it is typed. */
function option(name) {
  return `--${dashed(name)}`
}

const onlyOneOf = [
  ['allowUnauthenticated', 'noPublic', ''],
  ['bucket', 'databaseUrlSecret', 'the data is in one of the two'],
  ['path', 'databaseUrlSecret', 'the data is in one of the two'],
  ['readers', 'databaseUrlSecret', 'readers copy the bucket'],
  ['disk', 'databaseUrlSecret', 'the disk is for a copy of what the bucket has'],
  ['readers', 'noPublic', 'readers hand what writes to the service as a stranger does'],
  ['scheduleRegion', 'noSchedule', ''],
  ...pairsOf(
    ['rollback', 'rollForward', 'preview', 'removePreview', 'toLatest'],
    'do one after the other',
  ),
  ['image', 'buildRegion', 'it is built already'],
  ...['readers', 'databaseUrlSecret', 'preview', 'dryRun'].map((other) => [
    ...['print', other],
    'it is for the one service that writes to the bucket',
  ]),
]
const onlyWith = [
  ['maxReaders', 'readers'],
  ['minReaders', 'readers'],
  ['maxInstances', 'databaseUrlSecret'],
  ['cloudSql', 'databaseUrlSecret'],
  ['subnet', 'databaseUrlSecret'],
]

/** What is wrong with options of a deployment that are given together. */
export function contradictionsOfDeploy(given) {
  return [
    ...(movesTrafficAlone(given) ? [] : withoutPlace(given)),
    ...onlyOneOf
      .filter(([one, other]) => one in given && other in given)
      .map(([one, other, why]) => {
        const reason = why && `: ${why}`
        return `${option(one)} and ${option(other)} contradict each other${reason}.`
      }),
    ...onlyWith
      .filter(([one, other]) => one in given && !(other in given))
      .map(([one, other]) => `${option(one)} goes with ${option(other)} alone.`),
    ...moreThan('min', given.min, mostInstances(given)),
    ...moreThan('minReaders', given.minReaders, given.maxReaders ?? readers.maxInstances),
  ]
}

function mostInstances({ databaseUrlSecret, maxInstances = onDatabase.maxInstances }) {
  return databaseUrlSecret ? maxInstances : service.maxInstances
}

function moreThan(name, least, most) {
  if (!(Number(least) > Number(most))) return []
  const instances = Number(most) === 1 ? 'instance' : 'instances'
  return [`${option(name)} ${least} is more than the ${most} ${instances} that there may be.`]
}

/** The same of a teardown, which may name all places where the data has ever been. */
export function contradictionsOfTeardown(given) {
  return [
    ...withoutPlace(given),
    ...('deleteData' in given && !('bucket' in given)
      ? ['--delete-data goes with --bucket alone: the database is yours.']
      : []),
  ]
}

function withoutPlace(given) {
  return 'bucket' in given || 'databaseUrlSecret' in given ? [] : [missing('bucket')]
}

// What is deployed already knows where its data is.
function movesTrafficAlone(given) {
  return 'rollback' in given || 'rollForward' in given || 'removePreview' in given
}

function pairsOf(names, why) {
  return names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other, why]))
}
