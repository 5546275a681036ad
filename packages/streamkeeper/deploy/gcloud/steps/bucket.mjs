import { Failure } from '../../../src/cli/lib/failure.mjs'
import { namesOf, bucket as settings } from '../../settings.mjs'
import { gcloud, line } from '../command.mjs'
import { locks, reasonsAgainst, softDeleteInWords } from './unfit-bucket.mjs'

const closed = { uniformBucketLevelAccess: true, publicAccessPrevention: true }

/**
 * The bucket. One that is there, in whichever project, keeps its soft delete.
 * @param {{deleteData?: boolean}} options `deleteData` lets it be removed
 */
export function bucket({ deleteData = false, ...options }) {
  const { project, region } = options
  const { bucketUrl } = namesOf(options)
  return {
    title: `the bucket ${bucketUrl} in ${region}, closed to the public`,
    holdsData: true,
    api: 'storage.googleapis.com',
    look: async (cloud) => {
      const found = await cloud.find(describeBucket(options))
      if (!found) return 'missing'
      if (deleteData) refuse('be deleted', locks(found, options), options)
      else refuse('hold the data', reasonsAgainst(found, options), options)
      const isClosed =
        found.uniform_bucket_level_access && found.public_access_prevention === 'enforced'
      return isClosed ? 'there' : 'differs'
    },
    note: async (cloud) => {
      const kept = softDeleteInWords(await cloud.find(describeBucket(options)))
      if (!kept) return null
      return deleteData ? keepsDeleted(kept) : keepsSoftDelete(kept, options)
    },
    make: [
      gcloud('storage buckets create', [bucketUrl], {
        ...{ project, location: region, ...closed },
        softDeleteDuration: settings.softDeleteSeconds,
      }),
    ],
    change: [gcloud('storage buckets update', [bucketUrl], { project, ...closed })],
    ...(deleteData && {
      remove: [gcloud('storage rm', [bucketUrl], { recursive: true, project })],
    }),
  }
}

function describeBucket(options) {
  const { project } = options
  return gcloud('storage buckets describe', [namesOf(options).bucketUrl], { project })
}

function keepsDeleted(kept) {
  return `for ${kept} Google keeps, and bills, it, and can restore it (soft delete)`
}

function keepsSoftDelete(kept, options) {
  const { project } = options
  const { bucketUrl } = namesOf(options)
  const off = gcloud('storage buckets update', [bucketUrl], { project, clearSoftDelete: true })
  return `it keeps what is deleted or overwritten for ${kept}, and Google bills it (soft delete); to turn that off: ${line(off)}`
}

function refuse(what, reasons, options) {
  if (reasons.length === 0) return
  const lines = reasons.map((reason) => `  ${reason}`)
  throw new Failure([`${namesOf(options).bucketUrl} can not ${what}:`, ...lines].join('\n'))
}
