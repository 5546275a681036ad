import { refusalIn } from './refusals.ts'
import { isS3 } from './replica-url.ts'

/** The fact and the next step, for each thing that can be wrong. */
const advice = {
  'another-writer':
    'Another instance writes to this replica. Stop one of the two, or give it another REPLICA_URL.',
  'billing-disabled':
    'The project of the bucket has no billing account that is open. Link one at https://console.cloud.google.com/billing/linkedaccount, or open the account again.',
  'bucket-busy':
    'Cloud Storage slows down who asks it too much: an object may be written once a second. Look for others that write here, and for the quotas of the project.',
  'bucket-garbled':
    'The bucket answers with something else than what it holds. Look for a proxy or a sign-in page in between.',
  'bucket-locked':
    'A retention policy or a hold of the bucket forbids to overwrite and to delete objects, and the lease is overwritten all the time. Run `gcloud storage buckets update gs://BUCKET --clear-retention-period --no-default-event-based-hold`, and for the objects that are there `gcloud storage objects update "gs://BUCKET/**" --no-event-based-hold --no-temporary-hold`. A policy that is locked stays: that bucket can not be used.',
  'bucket-missing': 'The bucket does not exist. Create it, or correct REPLICA_URL.',
  'bucket-refuses': 'The bucket refuses a request. Its own words follow.',
  'bucket-unreachable': 'The bucket does not answer. Check the network and REPLICA_URL.',
  'clock-skew':
    'The clock of this machine differs from that of the bucket by more than it allows. Set it by a time server (NTP).',
  'credentials-refused':
    'The bucket does not accept the keys. Correct AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or whatever else names them, and S3_REGION.',
  'disk-full':
    'The data directory is full. Give it more room: on Cloud Run more memory (`--memory`), or a disk (`--disk 10Gi`).',
  'first-copy':
    'The first complete copy of the database is not in the bucket yet; a large one takes a while. Please try again.',
  'key-unusable':
    "The bucket's own encryption key can not be used. Enable the key in Cloud KMS, and let the Cloud Storage service agent of the project encrypt and decrypt with it (`gcloud storage service-agent --authorize-cmek KEY`).",
  'lease-damaged':
    'The lease in the bucket can not be read. Look at it with `npx streamkeeper lease show`, and repair it with `npx streamkeeper lease repair`.',
  'lease-held':
    'Another instance leads. It is asked to hand over, or its lease has to run out; please try again.',
  'lease-lost': 'This instance does not lead any more. Please try again; another one may.',
  'lease-newer':
    'The lease in the bucket was written by a newer release. Deploy that release, or a newer one.',
  'litestream-failed': 'Litestream failed. Its own words follow.',
  'newer-schema':
    'The database was migrated by a newer release. Deploy that release, or a newer one.',
  'no-conditional-writes':
    'The store ignores the condition of a write (If-Match, If-None-Match), so two instances could write at the same time. Nothing was changed. Use another store, or a newer release of this one.',
  'no-credentials':
    'There are no Google credentials. Deploy with a service account, or run `gcloud auth application-default login`.',
  'not-registered': 'Litestream does not replicate the database just now.',
  'object-missing':
    'The bucket lists an object, and then does not have it. Nothing was changed. Look for lifecycle rules and for others that delete there.',
  'old-replica-damaged':
    'The replica of Litestream 0.3 in the bucket can not be restored. Nothing was changed. Restore what you can with Litestream 0.3 to a file, and bring that in with `npx streamkeeper seed --from FILE --replace`.',
  'other-service':
    'Another service keeps its data at this REPLICA_URL. Give this one another; to move the data to it, use `npx streamkeeper lease repair --service NAME`.',
  'permission-denied':
    'The bucket refuses this service account. Grant it roles/storage.objectAdmin on the bucket.',
  'policy-violation':
    'A policy keeps this server from the bucket, whatever rights it has: VPC Service Controls, a constraint of the organization, or an IP filter of the bucket. Ask whoever administers the organization.',
  'replica-ambiguous':
    'There are several replicas in the bucket, and no lease says which one is the newest. Look at them with `npx streamkeeper lease show`, and choose with `npx streamkeeper lease repair --epoch N`.',
  'replica-behind':
    'The bucket shows less of the database than it had. Nothing was changed. Look at what is there with `npx streamkeeper history`; to go on from it all the same, run `npx streamkeeper lease repair --epoch N`, and start the instances anew.',
  'replica-missing':
    'The bucket shows nothing of a database that the lease calls complete. Nothing was changed. Look for deleted objects and lifecycle rules; `npx streamkeeper history` shows older epochs, and `npx streamkeeper lease repair --epoch N` chooses one; a file that has the data comes in with `npx streamkeeper seed --replace`.',
  'replica-damaged':
    'The replica can not be restored. Nothing was changed; restore an older state with `npx streamkeeper restore`, and bring it in with `npx streamkeeper seed`.',
  'requester-pays':
    'The bucket is one of Requester Pays, which the app can not use. Run `gcloud storage buckets update gs://BUCKET --no-requester-pays`.',
  'wrong-region':
    'The store has the bucket in another region, or at another address. Correct S3_REGION or S3_ENDPOINT; its own words follow.',
}

/** What can be wrong with the bucket, the replica in it, or the disk that it is restored to. */
export type ProblemCode = keyof typeof advice

// Where the store speaks S3.
const s3Advice: Partial<Record<ProblemCode, string>> = {
  'bucket-busy':
    'The store slows down who asks it too much. Look for others that use the bucket, and for the limits of its provider.',
  'bucket-locked':
    'Object Lock or a policy of the bucket forbids to overwrite and to delete objects, and the lease is overwritten all the time. Use a bucket without.',
  'bucket-missing':
    'The bucket does not exist there. Create it, or correct REPLICA_URL and S3_ENDPOINT.',
  'bucket-unreachable':
    'The bucket does not answer. Check the network, REPLICA_URL, S3_ENDPOINT and S3_REGION.',
  'key-unusable':
    "The bucket's own encryption key can not be used. Enable it in KMS, and allow these credentials to encrypt and decrypt with it.",
  'no-credentials':
    'There are no credentials for the bucket. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a file in AWS_SHARED_CREDENTIALS_FILE, or give the machine a role.',
  'permission-denied':
    'The bucket refuses these keys. Allow them s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject below its path.',
  'policy-violation':
    'A policy keeps this server from the bucket, whatever rights its keys have. Ask whoever administers the account.',
}

// Where the bucket is a folder of this machine: `npm start` chooses one where nobody names another.
const folderAdvice: Partial<Record<ProblemCode, string>> = {
  'another-writer': 'Another instance writes to this bucket, a folder. Stop one of the two.',
  'bucket-missing':
    'The bucket is a folder, and a part of its path is a file or does not exist. Move the file away, or name another folder.',
  'bucket-unreachable':
    'The bucket is a folder, and can not be read. Look whether its disk is there.',
  'disk-full': 'The disk is full. Free some of it.',
  'other-service':
    'Another service keeps its data in this folder. Give this one another; to move the data to it, use `npx streamkeeper lease repair --service NAME`.',
  'permission-denied':
    'The bucket is a folder that this user may not use. Change its owner (chown) or its permissions.',
}

/** The database can't be restored or replicated now; its message names the fact and the next step. */
export class ReplicationProblem extends Error {
  readonly code: ProblemCode
  readonly replicaUrl: string
  readonly detail: string

  constructor(code: ProblemCode, replicaUrl: string, detail: string) {
    super(`${adviceFor(code, replicaUrl)} (${replicaUrl}: ${detail})`)
    this.code = code
    this.replicaUrl = replicaUrl
    this.detail = detail
  }

  /** The fact and the next step, without the bucket's name: for those who aren't the operator. */
  get summary(): string {
    return adviceFor(this.code, this.replicaUrl)
  }
}

function adviceFor(code: ProblemCode, replicaUrl: string): string {
  const own = replicaUrl.startsWith('file://') ? folderAdvice : isS3(replicaUrl) ? s3Advice : {}
  return own[code] ?? advice[code]
}

/** Turns what Litestream said into a problem with a code, by the words of its storage clients. */
export function problemFrom(words: string, replicaUrl: string): ReplicationProblem {
  const sign = signs.find(([sign]) => sign.test(words))
  const code = refusalIn(words) ?? sign?.[1] ?? 'litestream-failed'
  return new ReplicationProblem(code, replicaUrl, shortened(words))
}

// Where it panics, a stack of all that it was doing follows.
function shortened(words: string): string {
  const [said = ''] = words.split(/\n\ngoroutine /, 1)
  return said.trim().replace(/\s+/g, ' ').slice(0, 1_000)
}

const signs: [RegExp, ProblemCode][] = [
  [/bucket doesn't exist|specified bucket does not exist|NoSuchBucket/i, 'bucket-missing'],
  [/no space left|disk is full|SQLITE_FULL/i, 'disk-full'],
  [
    /could not find default credentials|credentials: |get credentials|no EC2 IMDS/i,
    'no-credentials',
  ],
  [
    /Error 40[13]|response code 40[13]|StatusCode: 40[13]|permission denied|does not have storage/i,
    'permission-denied',
  ],
  [/StatusCode: 30[17]/, 'wrong-region'],
  [/file does not exist/i, 'object-missing'],
  [/checksum|non-contiguous|decode |invalid ltx|unexpected EOF|ltx: /i, 'replica-damaged'],
  [
    /connection re|no such host|i\/o timeout|deadline exceeded|unreachable|TimeoutError/i,
    'bucket-unreachable',
  ],
]
