import { existsSync, readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'

const written = z.array(
  z.object({
    pattern: z.string(),
    methods: z.array(z.string()),
    takesForms: z.boolean(),
    answersOptions: z.boolean().optional(),
  }),
)

type Written = z.output<typeof written>
type Route = Omit<Written[number], 'pattern'> & { pattern: RegExp }
type Asked = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** What becomes of a request: a route takes it, none is at its path, or that takes other methods. */
export type Taken = 'taken' | 'no-route' | { allow: string[] }

/** The requests that the app takes, as cli/lib/routes.mjs has found them in the build. */
export class Routes {
  readonly #routes: Route[]
  readonly #hasActions: boolean

  constructor(routes: Written) {
    this.#routes = routes.map((route) => ({ ...route, pattern: new RegExp(route.pattern) }))
    this.#hasActions = routes.some(({ takesForms }) => takesForms)
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
    const isTaken =
      methods.includes(request.method ?? '') ||
      (takesForms && isForm(request)) ||
      // Of any page: who has gone on to another one meanwhile sends it there, and Next passes it on.
      (this.#hasActions && isAction(request))
    return isTaken ? 'taken' : { allow: methods }
  }

  /** The methods that are taken at the path of a request; null where no route is, or it answers that itself. */
  methods(request: Asked): string[] | null {
    const route = this.#at(request)
    return route && !route.answersOptions ? route.methods : null
  }

  #at({ url = '/' }: Asked): Route | undefined {
    const [path = '/'] = url.split('?', 1)
    return this.#routes.find(({ pattern }) => pattern.test(path))
  }
}

// What Next takes for a server action; it takes no other POST to a page for one.
function isForm({ method, headers }: Asked): boolean {
  return method === 'POST' && headers['content-type']?.startsWith('multipart/form-data') === true
}

function isAction({ method, headers }: Asked): boolean {
  return method === 'POST' && headers['next-action'] !== undefined
}
