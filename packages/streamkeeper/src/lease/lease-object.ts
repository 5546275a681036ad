import { z } from 'zod'
import { ReplicationProblem } from '../stores/problem.ts'

/** Below the replica URL, beside the epochs. */
export const leaseName = 'lease.json'

const epoch = z.number().int().nonnegative()

const holder = z.object({
  id: z.string(),
  revision: z.string(),
  instance: z.string(),
  /** The newest migration that the holder knows: what it writes may be of that schema already. */
  migration: z.number().optional(),
})

const schema = z.object({
  version: z.literal(1),
  /** The service whose data this is. */
  service: z.string(),
  /** Who leads; null after a release. */
  holder: holder.nullable(),
  /** The last epoch that was ever given out. */
  epoch,
  /** The newest epoch with a complete copy in the bucket; 0 if there is none. */
  restorable: epoch,
  /**
   * The replica without epochs that the first epoch is begun from: while no epoch is restorable, that
   * one is. Absent where there was none.
   */
  adopted: z.enum(['ltx', 'generations']).optional(),
  /** The epoch that the restorable one was begun from; 0 if there was none. */
  restoredFrom: epoch.default(0),
  /**
   * Up to which epoch nobody needs the replicas any more, since when (milliseconds since 1970), and
   * which epoch was the restorable one until then, and the transaction of it that the next one began
   * with; `continued` where the next one began as a copy of its files, and goes on with its
   * transactions.
   */
  obsolete: z
    .array(
      z.object({
        upTo: epoch,
        since: z.number(),
        was: epoch.optional(),
        txid: z.number().optional(),
        continued: z.boolean().optional(),
      }),
    )
    .default([]),
  /**
   * How far the replica of an epoch reached when the lease was last renewed or released: a restore of
   * that epoch that ends earlier lacks something. Absent where nobody knew.
   */
  reached: z.object({ epoch, txid: z.number().int().nonnegative() }).optional(),
  /** The newest migration in the restorable epoch, as drizzle-kit numbers them, and the release that made it. */
  schema: z.object({ migration: z.number(), release: z.string() }).optional(),
  /** How long the holder may go without renewing, in milliseconds. */
  ttlMs: z.number().positive(),
  /** The last renewal by the store's clock, where the object was written by another since. */
  renewedAt: z.number().optional(),
  /** The id of an instance that asks for the lease. */
  wantedBy: z.string().optional(),
  /** Another in each write, so that its outcome can be settled by reading it back. */
  token: z.string(),
})

const versioned = z.object({ version: z.number() })

export type LeaseObject = z.infer<typeof schema>

/** An instance of a service. */
export type Me = Omit<z.infer<typeof holder>, 'migration'> & { service: string }

/**
 * Reads `lease.json`.
 *
 * @param service null for who only reads the data, which needs no right to it
 * @throws {ReplicationProblem} if it is damaged, of a newer release, or of another service
 */
export function parseLease(body: string, service: string | null, url: string): LeaseObject {
  const version = versioned.safeParse(parsed(body))
  if (version.success && version.data.version > 1) {
    throw new ReplicationProblem('lease-newer', url, `version ${version.data.version}`)
  }
  const { lease, damage } = readLease(body)
  if (!lease) throw new ReplicationProblem('lease-damaged', url, damage)
  if (service !== null && lease.service !== service) {
    throw new ReplicationProblem('other-service', url, `${lease.service}, not ${service}`)
  }
  return lease
}

/** What `lease.json` is to hold. */
export function leaseText(lease: LeaseObject): string {
  return `${JSON.stringify(lease)}\n`
}

/** Reads `lease.json`, or says in one line what is wrong with it. */
export function readLease(
  body: string,
): { lease: LeaseObject; damage: null } | { lease: null; damage: string } {
  const { success, data, error } = schema.safeParse(parsed(body))
  if (success) return { lease: data, damage: null }
  return { lease: null, damage: z.prettifyError(error).replace(/\s+/g, ' ') }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
