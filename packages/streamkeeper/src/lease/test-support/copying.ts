import { copyEpoch } from '../../litestream/copy-epoch.ts'
import { ltxFilesIn } from '../../litestream/ltx-files.ts'
import { epochName } from '../../stores/epochs.ts'
import type { Listed, Store } from '../../stores/store.ts'
import type { Rules } from './rules.ts'

/** Copies an epoch, as the store is, or as a mutant takes it to be. */
export function copying(store: Store, from: number, to: number, rules: Rules) {
  return copyEpoch(rules.copyWhole ? store : withoutLast(store, from, to), from, to)
}

/** Lists what there was when it was made, and copies that alone. */
export async function asItWas(store: Store): Promise<Store> {
  const then = await store.list('epoch-')
  const newest = Math.max(0, ...then.map(({ name }) => Number(name.slice(6, 14))))
  const isOf = (prefix: string) => prefix.startsWith(epochName(newest))
  return {
    ...withMethods(store),
    list: async (prefix) =>
      isOf(prefix) ? then.filter(({ name }) => name.startsWith(prefix)) : store.list(prefix),
  }
}

/** Copies again what was copied, and sees nothing of what was written to the copy meanwhile. */
export function resuming(store: Store, from: number, to: number) {
  const target = `${epochName(to)}/`
  const list = async (prefix: string) => (prefix.startsWith(target) ? [] : store.list(prefix))
  return copyEpoch({ ...withMethods(store), list }, from, to)
}

/** Claims to have copied the newest object, which it has not. */
function withoutLast(store: Store, from: number, to: number): Store {
  const [source, target] = [`${epochName(from)}/`, `${epochName(to)}/`]
  let last: Listed | undefined
  return {
    ...withMethods(store),
    list: async (prefix) => {
      const listed = await store.list(prefix)
      if (prefix.startsWith(source)) {
        last = ltxFilesIn(listed)
          .filter(({ level }) => level === 0)
          .toSorted((a, b) => b.max - a.max)[0]
      } else if (prefix.startsWith(target) && last && listed.length > 0) {
        listed.push({ ...last, name: last.name.replace(source, target) })
      }
      return listed
    },
    copy: async (name, to) => (name === last?.name ? true : store.copy(name, to)),
  }
}

function withMethods(store: Store): Store {
  return {
    read: (name) => store.read(name),
    write: (name, body, ifGeneration) => store.write(name, body, ifGeneration),
    peek: (name) => store.peek(name),
    bytes: (name) => store.bytes(name),
    each: (name, take) => store.each(name, take),
    copy: (from, to) => store.copy(from, to),
    list: (...names) => store.list(...names),
    details: (objects) => store.details(objects),
    proveConditions: () => store.proveConditions(),
    remove: (prefix) => store.remove(prefix),
  }
}
