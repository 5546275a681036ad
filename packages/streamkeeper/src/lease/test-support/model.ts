import fc from 'fast-check'
import { MemoryStore } from '../../test-tools/memory-store.ts'
import { leaseName, readLease } from '../lease-object.ts'
import { Instance, type Observer } from './instance.ts'
import { LocalFile } from './local-file.ts'
import { isTorn } from './pages.ts'
import { allRules, type Rules } from './rules.ts'
import { World } from './world.ts'

const troubleMs = 60_000
const calmMs = 40_000

/** What happens to the instances, and when. */
const troubles = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: troubleMs }),
    what: fc.constantFrom(
      ...([
        'freeze',
        'freeze',
        'freeze',
        'kill',
        'outage',
        'start',
        'suspend',
        'set-ahead',
      ] as const),
    ),
    whom: fc.nat(3),
    forMs: fc.integer({ min: 100, max: 30_000 }),
  }),
  // Many as often as few; by default most arrays are short.
  { maxLength: 24, size: 'max' },
)

/** A history: its seed decides about delays, losses, and who wants what. */
export const histories = fc.record({
  seed: fc.integer(),
  lossiness: fc.constantFrom(0, 0.02, 0.2),
  mostMs: fc.constantFrom(50, 1_000, 8_000),
  // What the one machine of the store is ahead of the other one that tells a time.
  skewMs: fc.constantFrom(-1_000, 0, 1_000),
  troubles,
})

export type History = typeof histories extends fc.Arbitrary<infer T> ? T : never

/** Lives through a history with the rules as they are, or changed, and says what went wrong. */
export async function live(
  { seed, lossiness, mostMs, skewMs, troubles }: History,
  changed: Partial<Rules> = {},
): Promise<{
  violations: string[]
  acknowledged: number
  leaderships: number
  continued: number
}> {
  const world = new World(seed)
  const store = new MemoryStore(() => world.now)
  const network = { lossiness, mostMs, skewMs, isDown: false }
  const leaseNow = async () => readLease((await store.read(leaseName))?.body ?? '').lease
  const observer: Observer = {
    acknowledged: new Set(),
    continued: 0,
    violations: [],
    isNewestEpoch: async (epoch) => (await leaseNow())?.epoch === epoch,
  }
  const instances: Instance[] = []
  const start = () => {
    const name = `instance ${instances.length}`
    const rules = { ...allRules, ...changed }
    const instance = new Instance(name, { world, store, network, observer, rules })
    instances.push(instance)
    instance.run()
  }
  start()
  start()
  const began = world.now
  for (const { at, what, whom, forMs } of troubles) {
    world.at(began + at, () => {
      const instance = instances[whom % instances.length]
      if (what === 'start' && instances.length < 5) start()
      if ((what === 'freeze' || what === 'suspend') && instance) {
        instance.frozenUntil = world.now + forMs
      }
      if (what === 'suspend') instance?.clocks.suspend(forMs)
      if (what === 'set-ahead') instance?.clocks.setAhead(forMs)
      if (what === 'kill' && instance) instance.isDead = true
      if (what === 'outage') {
        network.isDown = true
        world.at(world.now + forMs, () => {
          network.isDown = false
        })
      }
    })
  }
  await world.runUntil(began + troubleMs)
  // Whatever has happened, a healthy instance leads again, with all that was acknowledged.
  Object.assign(network, { lossiness: 0, mostMs: 50, isDown: false })
  const before = new Set(observer.acknowledged)
  start()
  await world.runUntil(world.now + calmMs)
  const { violations, continued } = observer
  const file = new LocalFile()
  const restored = file.bring(store, (await leaseNow())?.restorable ?? 0, null)
  await restored.catch((error) => violations.push(`the newest epoch does not restore: ${error}`))
  if (isTorn(file.pages)) violations.push('the newest epoch is torn')
  const there = new Set(file.pages)
  const lost = [...observer.acknowledged].filter((id) => !there.has(id))
  if (lost.length > 0) violations.push(`lost: ${lost.join(', ')}`)
  if (observer.acknowledged.size === before.size) violations.push('nobody leads')
  for (const instance of instances) instance.isDead = true
  return {
    violations,
    acknowledged: observer.acknowledged.size,
    continued,
    leaderships: instances.reduce((sum, { leads }) => sum + leads, 0),
  }
}
