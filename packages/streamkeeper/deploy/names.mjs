/**
 * The names of all that belongs to one service.
 * @param {{project: string, region: string, bucket?: string, service: string, path?: string}} options
 */
export function namesOf({ project, region, bucket, service, path }) {
  const verifyJob = `${service}-verify`
  return {
    bucketUrl: `gs://${bucket}`,
    sourcesUrl: `gs://${project}-${service}-sources`,
    replicaUrl: `gs://${bucket}/${path}`,
    secret: `${service}-admin-token`,
    // What readers show the writer, so that it believes them who asks.
    forwardSecret: `${service}-forward-token`,
    readers: `${service}-readers`,
    verifyJob,
    verifyUrl: `https://run.googleapis.com/v2/projects/${project}/locations/${region}/jobs/${verifyJob}:run`,
    // The ids of the service accounts: https://cloud.google.com/iam/docs/service-accounts-create
    accounts: {
      server: `${service}-server`,
      readers: `${service}-readers`,
      database: `${service}-database`,
      verify: verifyJob,
      schedule: `${service}-schedule`,
      build: `${service}-build`,
    },
  }
}

/** The address of a service account. */
export function emailOf(account, project) {
  return `${account}@${project}.iam.gserviceaccount.com`
}
