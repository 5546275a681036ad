import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'

const written = z.array(
  z.object({ pattern: z.string(), methods: z.array(z.string()), takesForms: z.boolean() }),
)

type Route = { pattern: RegExp; methods: string[]; takesForms: boolean }
type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** What becomes of a request: a route takes it, none is at its path, or that takes other methods. */
export type Taken = 'taken' | 'no-route' | { allow: string[] }

/** The requests that the app takes, as bin/routes.mjs has found them in the build. */
export class Routes {
  readonly #routes: Route[]

  constructor(routes: z.output<typeof written>) {
    this.#routes = routes.map((route) => ({ ...route, pattern: new RegExp(route.pattern) }))
  }

  /** Reads what belongs to the app in `folder`; null for its sources, whose routes come and go. */
  static read(folder: string): Routes | null {
    const file = join(folder, 'routes.json')
    if (!existsSync(file)) return null
    return new Routes(written.parse(JSON.parse(readFileSync(file, 'utf8'))))
  }

  find(request: Asked): Taken {
    const route = this.#at(request)
    if (!route) return 'no-route'
    const { methods, takesForms } = route
    const isTaken = methods.includes(request.method ?? '') || (takesForms && isAction(request))
    return isTaken ? 'taken' : { allow: methods }
  }

  /** The methods that are taken at the path of a request; null where no route is. */
  methods(request: Asked): string[] | null {
    return this.#at(request)?.methods ?? null
  }

  #at({ url = '/' }: Asked): Route | undefined {
    const [path = '/'] = url.split('?', 1)
    return this.#routes.find(({ pattern }) => pattern.test(path))
  }
}

// What Next takes for a server action; it takes no other POST to a page for one.
function isAction({ method, headers }: Asked): boolean {
  if (method !== 'POST') return false
  const isForm = headers['content-type']?.startsWith('multipart/form-data') ?? false
  return isForm || headers['next-action'] !== undefined
}
