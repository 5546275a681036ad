import type { ReactNode } from 'react'
import type { Status } from '../../server/status.ts'
import { duration, size } from './in-words.ts'

export function Facts({ status }: { status: Status }) {
  const { state, epoch, problem, instance, upMs, restoreMs, databaseBytes, walBytes } = status
  return (
    <dl className="facts">
      <Fact name="State">
        <strong>{state}</strong>
        {epoch !== null && <>, epoch {epoch}</>}
      </Fact>
      {problem && (
        <Fact name="Problem">
          <span className="problem">{problem.message}</span>
        </Fact>
      )}
      <Fact name="This instance">
        {instance.revision} {instance.instance}, up for {duration(upMs)}
      </Fact>
      <Holder {...status} />
      <Replicating {...status} />
      <Fact name="Last restore">{duration(restoreMs)}</Fact>
      <Fact name="Database">
        {size(databaseBytes)}, and {size(walBytes)} of write-ahead log
      </Fact>
    </dl>
  )
}

function Holder({ lease, instance }: Status) {
  if ('code' in lease) return <Fact name="Lease">{lease.message}</Fact>
  const { holder, epoch, restorable, wantedBy } = lease
  return (
    <Fact name="Lease">
      {holder === null && 'nobody holds it'}
      {holder &&
        (holder.id === instance.id ? 'this instance' : `${holder.revision} ${holder.instance}`)}
      {wantedBy && ', and another instance asks for it'}; last epoch {epoch}, restored from epoch{' '}
      {restorable}
    </Fact>
  )
}

function Replicating({ replication, copyAgeMs }: Status) {
  if (!replication) return <Fact name="This copy">at most {duration(copyAgeMs)} old</Fact>
  const { txid, replicatedTxid, lagMs, waiting, lastDurableAt, problem } = replication
  const missing = Math.max(0, (txid ?? 0) - (replicatedTxid ?? 0))
  return (
    <>
      <Fact name="Replication">
        {lagMs === null
          ? 'not known'
          : missing === 0
            ? `all ${txid} transactions are in the bucket`
            : `${missing} of ${txid} transactions are missing, for ${duration(lagMs)} at most`}
        {waiting > 0 && `; ${waiting} writers wait`}
      </Fact>
      {problem && (
        <Fact name="Problem of the bucket">
          <span className="problem">{problem.message}</span>
        </Fact>
      )}
      <Fact name="Last acknowledgement">
        {lastDurableAt ? (
          <time dateTime={lastDurableAt.toISOString()}>
            {lastDurableAt.toISOString().slice(0, 19).replace('T', ' ')} UTC
          </time>
        ) : (
          'none yet'
        )}
      </Fact>
    </>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
