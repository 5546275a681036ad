import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from './chance.ts'
import type { Fleet } from './fleet.ts'

export type Scene = {
  fleet: Fleet
  chance: Chance
  /** Waits until writes are acknowledged again; `sinceMs`, by `performance.now()`, is when they ceased to be. */
  recovered: (sinceMs?: number) => Promise<void>
}

export type InstanceFault = {
  name: string
  weight: number
  /** Until when the app has to acknowledge again, in seconds. */
  boundSeconds: number
  make(scene: Scene): Promise<void>
}

// A lease runs out after 5 s; then an instance starts, restores and uploads its first copy, while
// the bucket fails now and then.
const boundSeconds = 30

/** What happens to instances. After each, one healthy instance gets all requests. */
export const instanceFaults: InstanceFault[] = [
  {
    name: 'SIGTERM',
    weight: 3,
    boundSeconds,
    make: async ({ fleet, recovered }) => {
      await fleet.stop(fleet.current)
      const sinceMs = performance.now()
      await fleet.replace()
      await recovered(sinceMs)
    },
  },
  {
    name: 'SIGKILL of all',
    weight: 3,
    boundSeconds,
    make: async ({ fleet, recovered }) => {
      const sinceMs = performance.now()
      await fleet.kill(fleet.current)
      await fleet.replace()
      await recovered(sinceMs)
    },
  },
  {
    name: 'SIGKILL of the server',
    weight: 3,
    boundSeconds,
    make: async ({ fleet, recovered }) => {
      const sinceMs = performance.now()
      await fleet.crash(fleet.current)
      await fleet.replace()
      await recovered(sinceMs)
    },
  },
  {
    name: 'SIGKILL during a deploy',
    weight: 3,
    boundSeconds,
    make: async ({ fleet, chance, recovered }) => {
      const old = fleet.current
      const next = await fleet.start()
      fleet.route(next)
      await sleep(chance.between(0, 1_500))
      const sinceMs = performance.now()
      await fleet.kill(old)
      await recovered(sinceMs)
    },
  },
  {
    name: 'freeze, shorter than the lease',
    weight: 3,
    boundSeconds,
    make: async ({ fleet, chance, recovered }) => {
      const { container } = fleet.current
      await container.pause()
      await sleep(chance.between(500, 8_000))
      await container.unpause()
      await recovered()
    },
  },
  {
    name: 'freeze, longer than the lease',
    weight: 1,
    boundSeconds,
    make: async ({ fleet, chance, recovered }) => {
      const { container } = fleet.current
      await container.pause()
      await sleep(chance.between(15_000, 20_000))
      await container.unpause()
      await recovered()
    },
  },
  {
    name: 'freeze, and another takes over',
    weight: 2,
    boundSeconds,
    make: async ({ fleet, chance, recovered }) => {
      const old = fleet.current
      const next = await fleet.start()
      const sinceMs = performance.now()
      await old.container.pause()
      fleet.route(next)
      await recovered(sinceMs)
      await sleep(chance.between(0, 2_000))
      await old.container.unpause()
      await sleep(chance.between(500, 3_000))
      await fleet.stop(old)
    },
  },
  {
    name: 'deploy',
    weight: 4,
    boundSeconds,
    make: async ({ fleet, chance, recovered }) => {
      const old = fleet.current
      fleet.route(await fleet.start())
      await recovered()
      await sleep(chance.between(0, 2_000))
      await fleet.stop(old)
    },
  },
  {
    name: 'rollback',
    weight: 3,
    boundSeconds,
    make: async ({ fleet, chance, recovered }) => {
      const old = fleet.current
      const next = await fleet.start()
      fleet.route(next)
      await sleep(chance.between(200, 4_000))
      fleet.route(old)
      await recovered()
      await fleet.stop(next)
    },
  },
  {
    name: 'two deploys in a row',
    weight: 3,
    boundSeconds,
    make: async ({ fleet, chance, recovered }) => {
      const old = fleet.current
      const [next, last] = await Promise.all([fleet.start(), fleet.start()])
      fleet.route(next)
      await sleep(chance.between(0, 1_500))
      fleet.route(last)
      await recovered()
      await Promise.all([fleet.stop(old), fleet.stop(next)])
    },
  },
  {
    name: 'split traffic',
    weight: 1,
    boundSeconds,
    make: async ({ fleet, chance, recovered }) => {
      const old = fleet.current
      const next = await fleet.start()
      fleet.route(old, next)
      await sleep(chance.between(8_000, 16_000))
      fleet.route(next)
      await recovered()
      await fleet.stop(old)
    },
  },
]
