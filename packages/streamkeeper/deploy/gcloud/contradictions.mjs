import { onDatabase, readers, service } from '../settings.mjs'
import { missing, option } from './arguments.mjs'

const onlyOneOf = [
  ['allowUnauthenticated', 'noPublic', ''],
  ['bucket', 'databaseUrlSecret', 'the data is in one of the two'],
  ['path', 'databaseUrlSecret', 'the data is in one of the two'],
  ['readers', 'databaseUrlSecret', 'readers copy the bucket'],
  ['allowBreakingMigration', 'databaseUrlSecret', 'it is about the bucket'],
  ['disk', 'databaseUrlSecret', 'the disk is for a copy of what the bucket has'],
  ['readers', 'noPublic', 'readers hand what writes to the service as a stranger does'],
  ['scheduleRegion', 'noSchedule', ''],
  ...pairsOf(
    ['rollback', 'rollForward', 'preview', 'removePreview', 'toLatest'],
    'do one after the other',
  ),
  ['image', 'buildRegion', 'it is built already'],
]
const onlyWith = [
  ['maxReaders', 'readers'],
  ['minReaders', 'readers'],
  ['maxInstances', 'databaseUrlSecret'],
  ['cloudSql', 'databaseUrlSecret'],
  ['subnet', 'databaseUrlSecret'],
]

/**
 * What is wrong with options of a deployment that are given together.
 * @param {Record<string, string | boolean>} given
 * @returns {string[]}
 */
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
