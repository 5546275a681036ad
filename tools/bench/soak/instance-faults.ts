import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from './chance.ts'
import type { Fleet, Instance } from './fleet.ts'

export type Scene = {
  fleet: Fleet
  chance: Chance
  /** Waits until writes are acknowledged again; `sinceMs`, by `performance.now()`, is when they ceased to be. */
  recovered: (sinceMs?: number) => Promise<void>
}

type InstanceFault = {
  name: string
  weight: number
  /** After it, one healthy instance gets all requests. */
  make(scene: Scene): Promise<void>
}

/** What happens to instances. */
export const instanceFaults: InstanceFault[] = [
  {
    name: 'SIGTERM',
    weight: 3,
    make: async ({ fleet, recovered }) => {
      await fleet.stop(fleet.current)
      const sinceMs = performance.now()
      await fleet.replace()
      await recovered(sinceMs)
    },
  },
  dying('SIGKILL of all', (fleet, instance) => fleet.kill(instance)),
  dying('SIGKILL of the server', (fleet, instance) => fleet.crash(instance)),
  freezing('freeze, shorter than the lease', 3, [500, 8_000]),
  freezing('freeze, longer than the lease', 1, [15_000, 20_000]),
  {
    name: 'SIGKILL during a deploy',
    weight: 3,
    make: async ({ fleet, chance, recovered }) => {
      const old = fleet.current
      fleet.route(await fleet.start())
      await sleep(chance.between(0, 1_500))
      const sinceMs = performance.now()
      await fleet.kill(old)
      await recovered(sinceMs)
    },
  },
  {
    name: 'freeze, and another takes over',
    weight: 2,
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

/** The instance ends at once, and another one is started after it. */
function dying(
  name: string,
  end: (fleet: Fleet, instance: Instance) => Promise<void>,
): InstanceFault {
  return {
    name,
    weight: 3,
    make: async ({ fleet, recovered }) => {
      const sinceMs = performance.now()
      await end(fleet, fleet.current)
      await fleet.replace()
      await recovered(sinceMs)
    },
  }
}

function freezing(name: string, weight: number, [fromMs, toMs]: [number, number]): InstanceFault {
  return {
    name,
    weight,
    make: async ({ fleet, chance, recovered }) => {
      const { container } = fleet.current
      await container.pause()
      await sleep(chance.between(fromMs, toMs))
      await container.unpause()
      await recovered()
    },
  }
}
