import { type LtxFile, listLtxFiles, newestIn } from '../../litestream/ltx-files.ts'
import { changesAfter, restorePlan } from '../../litestream/restore-plan.ts'
import { epochName } from '../../stores/epochs.ts'
import type { Store } from '../../stores/store.ts'
import type { Reached } from '../lease.ts'
import { applyTo, type Pages } from './pages.ts'

/** The database file of an instance, which it keeps as long as it lives. */
export class LocalFile {
  pages: Pages = [0]
  /** The state of the bucket that it is, page for page; null where it may hold anything else. */
  state: Reached | null = null

  /**
   * Makes it what is listed: by the changes since the state that it is at, or else all of it anew.
   *
   * @param epoch where the files are
   * @param known the state that it is at, in terms of that epoch; null if it is at none of them
   * @param throughTxid takes no notice of later ones
   */
  async bring(
    store: Store,
    epoch: number,
    known: Reached | null,
    throughTxid = Number.POSITIVE_INFINITY,
  ): Promise<void> {
    const listed = await listLtxFiles({
      list: (prefix) => store.list(`${epochName(epoch)}/${prefix}`),
    })
    const files = listed.filter(({ max }) => max <= throughTxid)
    const isBehind = known !== null && known.txid <= newestIn(files)
    const changes = isBehind ? changesAfter(files, known.txid) : null
    const plan = changes ?? restorePlan(files)
    if (!plan) throw new Error('a gap')
    const contents = await Promise.all(plan.map((file) => contentOf(store, file)))
    this.state = null
    if (!changes) this.pages = []
    for (const content of contents) applyTo(this.pages, JSON.parse(content))
    this.state = { epoch, txid: newestIn(files) }
  }
}

async function contentOf(store: Store, { name }: LtxFile): Promise<string> {
  const content = await store.bytes(name)
  // It was compacted meanwhile: who wants it lists again.
  if (!content) throw new Error('gone')
  return content.toString()
}
