import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import Module, { createRequire } from 'node:module'
import { dirname, join, sep } from 'node:path'
import { debuglog } from 'node:util'
import { deserialize, serialize } from 'node:v8'
import { constants, Script } from 'node:vm'
import { crc32 } from 'node:zlib'

/**
 * What a run of the app left for the next starts of the same build: where each `require` led, and each
 * CommonJS file as V8 had compiled it by then. Node's own compile cache has only what is compiled before
 * a file runs, so that most functions are compiled anew in each start, and each path is looked up again.
 */
type Compiled = {
  /** From the folder of who asks, and what they ask for, to the file; below the app's folder. */
  resolved: Map<string, string>
  files: Map<string, { sum: number; code: Buffer }>
}

type Resolve = (
  request: string,
  parent?: Module,
  isMain?: boolean,
  options?: { paths?: string[] },
) => string

// What Node has them for: https://nodejs.org/api/modules.html#requireextensions; Next replaces
// `_resolveFilename`, too.
const node = Module as unknown as {
  _resolveFilename: Resolve
  _extensions: Record<'.js', (module: Module, file: string) => void>
}

const say = debuglog('compiled')

/** Loads what is in `folder` by what {@link keepCompiled} has left there; does nothing without that. */
export function useCompiled(folder: string): void {
  if (!existsSync(fileIn(folder))) return
  const { resolved, files }: Compiled = deserialize(readFileSync(fileIn(folder)))
  const { _resolveFilename: resolve, _extensions: extensions } = node
  const load = extensions['.js']
  const root = folder + sep

  node._resolveFilename = (request, parent, isMain, options) => {
    const known =
      options || !isBelow(root, parent) ? undefined : resolved.get(keyOf(root, parent, request))
    return known === undefined ? resolve(request, parent, isMain, options) : root + known
  }
  extensions['.js'] = (module, file) => {
    const known = files.get(file.slice(root.length))
    if (!known || !file.startsWith(root)) return load(module, file)
    const source = readFileSync(file)
    // V8 itself looks at the source's length alone, besides its own version and flags.
    const isSame = crc32(source) === known.sum
    const script = compiled(file, source.toString(), isSame ? known.code : undefined)
    say(isSame && !script.cachedDataRejected ? 'used: %s' : 'not used: %s', file)
    run(script, module, file)
  }
}

/** Notes what is loaded in `folder` from now on, and leaves it there when the process ends. */
export function keepCompiled(folder: string): void {
  // Or what an earlier run left would be used.
  rmSync(fileIn(folder), { force: true })
  const { _resolveFilename: resolve, _extensions: extensions } = node
  const load = extensions['.js']
  const root = folder + sep
  const resolved: Compiled['resolved'] = new Map()
  const scripts = new Map<string, { sum: number; script: Script }>()

  node._resolveFilename = (request, parent, isMain, options) => {
    const file = resolve(request, parent, isMain, options)
    if (!options && isBelow(root, parent) && file.startsWith(root)) {
      resolved.set(keyOf(root, parent, request), file.slice(root.length))
    }
    return file
  }
  extensions['.js'] = (module, file) => {
    if (!file.startsWith(root)) return load(module, file)
    const source = readFileSync(file)
    let script: Script
    try {
      script = compiled(file, source.toString())
    } catch {
      // It is an ECMAScript module.
      return load(module, file)
    }
    scripts.set(file.slice(root.length), { sum: crc32(source), script })
    run(script, module, file)
  }
  process.on('exit', () => {
    const files: Compiled['files'] = new Map()
    for (const [name, { sum, script }] of scripts) {
      files.set(name, { sum, code: script.createCachedData() })
    }
    // It is there as a whole, or not at all.
    writeFileSync(`${fileIn(folder)}.tmp`, serialize({ resolved, files } satisfies Compiled))
    renameSync(`${fileIn(folder)}.tmp`, fileIn(folder))
  })
}

function fileIn(folder: string): string {
  return join(folder, 'compiled')
}

function isBelow(root: string, parent: Module | undefined): parent is Module {
  return parent?.path !== undefined && (parent.path + sep).startsWith(root)
}

function keyOf(root: string, parent: Module, request: string): string {
  return `${parent.path.slice(root.length)}\n${request}`
}

function compiled(file: string, source: string, cachedData?: Buffer): Script {
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${source}\n})`
  return new Script(wrapped, {
    filename: file,
    ...(cachedData && { cachedData }),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
}

function run(script: Script, module: Module, file: string): void {
  const wrapper = script.runInThisContext()
  wrapper.call(module.exports, module.exports, createRequire(file), module, file, dirname(file))
}
