import { existsSync, readFileSync, statSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import type { Asked, Config, Needs } from '../config.ts'
import { Routes } from './routes.ts'

/** What a request needs of the instance that serves it; `static` is a file, which needs nothing. */
export type RequestKind = Needs | 'static'

type Found = {
  /** Whether Next's development server renders the sources. */
  development?: boolean
  /** What the app takes; null where that isn't known. */
  routes?: Routes | null
  /** Whether a path is that of a file in `public/`. */
  isPublicFile?: (path: string) => boolean
}

/** The app that is served here: what its configuration says, and what its build has found. */
export class App {
  readonly config: Config
  readonly development: boolean
  readonly routes: Routes | null
  readonly #isPublicFile: (path: string) => boolean

  constructor(
    config: Config,
    { development = false, routes = null, isPublicFile = () => false }: Found = {},
  ) {
    this.config = config
    this.development = development
    this.routes = routes
    this.#isPublicFile = isPublicFile
  }

  /** Reads what the build has left in `folder`, where the app is; its sources have no such lists. */
  static read(config: Config, folder: string, development: boolean): App {
    const routes = Routes.read(folder)
    const isPublicFile = development ? isFileIn(join(folder, 'public')) : isListed(folder)
    return new App(config, { development, routes, isPublicFile })
  }

  kind(request: Asked): RequestKind {
    const { method, url } = request
    if ((method === 'GET' || method === 'HEAD') && this.isStatic(url)) return 'static'
    return this.config.needs?.(request) ?? (isReading(request) ? 'read' : 'write')
  }

  /** Whether a file is at an address. Next resolves `..`, so a path with it may lead anywhere. */
  isStatic(url = '/'): boolean {
    const path = pathOf(url)
    if (this.#isPublicFile(path)) return true
    return path.startsWith('/_next/static/') && !/\.\.|%2e|\\/i.test(path)
  }

  isForPrograms(request: Asked): boolean {
    return this.config.isForPrograms?.(request) ?? /^\/api(\/|\?|$)/.test(request.url ?? '/')
  }

  isPolled(request: Asked): boolean {
    return this.config.isPolled?.(request) ?? false
  }

  /** How long the body of a form, and that of any request of a program, may be, in bytes. */
  get bodyLimits(): { forms: number; programs: number } {
    return { forms: 128 * 1024, programs: 32 * 1024, ...this.config.bodyLimits }
  }
}

/** Whether a method changes nothing. */
export function isReading({ method }: Pick<Asked, 'method'>): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS'
}

/** The path of an address, without its query. */
export function pathOf(url = '/'): string {
  return url.split('?', 1)[0] ?? '/'
}

const owners = new WeakMap<object, { app: App; kind?: RequestKind }>()
const nobodys = new App({ name: 'app' })

/** Notes which app a request is for, when it comes: whatever answers it asks for that. */
export function comesFor(app: App, request: IncomingMessage): void {
  owners.set(request, { app })
}

export function appOf(request: IncomingMessage): App {
  return owners.get(request)?.app ?? nobodys
}

/** What a request needs, as it came: pages are served by other addresses than they were asked for by. */
export function requestKind(request: IncomingMessage): RequestKind {
  const owner = owners.get(request)
  if (!owner) return nobodys.kind(request)
  owner.kind ??= owner.app.kind(request)
  return owner.kind
}

/** Whether a request would change something. */
export function changesSomething(request: IncomingMessage): boolean {
  const kind = requestKind(request)
  return kind === 'write' || (kind === 'write-if-possible' && !isReading(request))
}

function isListed(folder: string): (path: string) => boolean {
  const file = join(folder, 'public-files.json')
  if (!existsSync(file)) return () => false
  const paths = new Set(z.array(z.string()).parse(JSON.parse(readFileSync(file, 'utf8'))))
  return (path) => paths.has(path)
}

function isFileIn(folder: string): (path: string) => boolean {
  return (path) =>
    !/\.\.|%|\\/.test(path) &&
    statSync(join(folder, path), { throwIfNoEntry: false })?.isFile() === true
}
