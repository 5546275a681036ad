import { Failure } from '../../../bin/lib/failure.mjs'
import { namesOf } from '../../names.mjs'
import { gcloud } from '../command.mjs'

const closed = { uniformBucketLevelAccess: true, publicAccessPrevention: true }

/**
 * The bucket. Its soft delete stays at Google's default: what is deleted can be had back for a week.
 * @param {{deleteData?: boolean}} options `deleteData` lets it be removed
 * @returns {import('./step.mjs').Step}
 */
export function bucket({ deleteData = false, ...options }) {
  const { project, region } = options
  const { bucketUrl } = namesOf(options)
  return {
    title: `the bucket ${bucketUrl} in ${region}, closed to the public`,
    api: 'storage.googleapis.com',
    look: async (cloud) => {
      const found = await cloud.find(gcloud('storage buckets describe', [bucketUrl], { project }))
      if (!found) return 'missing'
      if (found.location.toLowerCase() !== region) {
        throw new Failure(
          `${bucketUrl} is in ${found.location.toLowerCase()}, not in ${region}: choose that --region, or another --bucket. Each write would have to travel between the two.`,
        )
      }
      const isClosed =
        found.uniform_bucket_level_access && found.public_access_prevention === 'enforced'
      return isClosed ? 'there' : 'differs'
    },
    make: [gcloud('storage buckets create', [bucketUrl], { project, location: region, ...closed })],
    change: [gcloud('storage buckets update', [bucketUrl], { project, ...closed })],
    ...(deleteData && {
      remove: [gcloud('storage rm', [bucketUrl], { recursive: true, project })],
    }),
  }
}
