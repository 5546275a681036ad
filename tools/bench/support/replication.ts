import { join } from 'node:path'
import { openDatabase } from '../../../db/test-support.ts'
import { Bucket } from '../../../e2e/support/bucket.ts'
import { Replication } from '../../../packages/streamkeeper/src/litestream/replication.ts'
import { runLitestream } from '../../../packages/streamkeeper/src/litestream/test-support.ts'

/** A bucket, and what makes databases that Litestream replicates to it, until `scope` ends. */
export async function startReplication(scope: AsyncDisposableStack) {
  const bucket = scope.adopt(await Bucket.start(), (bucket) => bucket.stop())
  Object.assign(process.env, bucket.environment)
  const test = { after: (clean: () => void | Promise<void>) => scope.defer(clean) }
  const { litestream, folder } = await runLitestream(test, 3_600)
  const replicate = async (name: string) => {
    const path = join(folder, `${name}.db`)
    const database = openDatabase(path)
    scope.defer(() => void database.$client.close())
    const replicaUrl = `${bucket.replicaUrl}/${name}`
    const replication = new Replication(litestream, {
      path,
      replicaUrl,
      canAcknowledge: () => true,
    })
    scope.defer(() => replication.stop(30_000))
    await replication.start()
    await replication.complete(30_000)
    return { path, database, replication }
  }
  return { bucket, replicate }
}
