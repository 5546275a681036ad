import { link, mkdir, open, readFile, rm, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { fileProblem, ifCode } from './file-problem.ts'
import { entriesBelow, generationFile, generationsOf, temporaryFile } from './object-files.ts'
import type { Listed, Peeked, Store, Stored, Written } from './store.ts'
import { TwinFiles } from './twin-files.ts'

/**
 * Objects in a folder, to try the app without a cloud. The object NAME at generation N is the file
 * `NAME.<N in 12 digits>`, and the newest generation is the object: so the processes of one machine
 * can change it by compare-and-swap. All files below the folder are listed and removed. Those without
 * a slash in their names are read and written, as said; the others are taken as they are, and copied. A
 * removed object begins at generation 1 again.
 */
export class FileStore implements Store {
  readonly #folder: string
  readonly #twins = new TwinFiles()

  /** @param folder is made by the first write */
  constructor(folder: string) {
    this.#folder = folder
  }

  read(name: string): Promise<Stored | null> {
    return this.#told(() => this.#read(name))
  }

  write(name: string, body: string, ifGeneration: string | null): Promise<Written> {
    return this.#told(() => this.#write(name, body, Number(ifGeneration ?? 0)))
  }

  peek(name: string): Promise<Peeked | null> {
    return this.#told(async () => {
      await using file = await open(join(this.#folder, name)).catch(ifCode('ENOENT'))
      if (!file) return null
      const { bytesRead, buffer } = await file.read({ buffer: Buffer.alloc(16), position: 0 })
      return { start: buffer.toString('latin1', 0, bytesRead), size: (await file.stat()).size }
    })
  }

  bytes(name: string): Promise<Buffer | null> {
    return this.#told(async () => {
      return (await readFile(join(this.#folder, name)).catch(ifCode('ENOENT'))) ?? null
    })
  }

  each(name: string, take: (bytes: Buffer) => void): Promise<boolean> {
    return this.#told(async () => {
      const file = await open(join(this.#folder, name)).catch(ifCode('ENOENT'))
      if (!file) return false
      for await (const bytes of file.createReadStream()) take(bytes)
      return true
    })
  }

  copy(from: string, to: string): Promise<boolean> {
    return this.#told(() => this.#twins.make(this.#folder, from, to))
  }

  list(prefix: string, from = prefix): Promise<Listed[]> {
    return this.#told(async () => {
      const newest = new Map<string, Listed & { path: string }>()
      for await (const { name, path, isFolder } of entriesBelow(this.#folder, prefix)) {
        if (isFolder || name < from || path < (newest.get(name)?.path ?? '')) continue
        const found = await stat(path, { bigint: true }).catch(ifCode('ENOENT'))
        if (!found) continue
        newest.set(name, {
          ...{ name, path, size: Number(found.size), checksum: this.#twins.checksum(found) },
          // Litestream gives its files the time of the change that is in them.
          at: Number(found.mtimeMs),
        })
      }
      const listed = [...newest.values()].map(({ path: _, ...rest }) => rest)
      return listed.length > 0 ? listed : this.#emptyFolder(prefix)
    })
  }

  async details<T extends Listed>(objects: readonly T[]): Promise<T[]> {
    return [...objects]
  }

  // An exclusive link() is one, on any file system.
  async proveConditions(): Promise<void> {}

  remove(prefix: string): Promise<void> {
    return this.#told(async () => {
      for await (const { path, isFolder } of entriesBelow(this.#folder, prefix)) {
        if (isFolder) await rmdir(path).catch(ifCode('ENOENT', 'ENOTEMPTY'))
        else await rm(path, { force: true })
      }
    })
  }

  // As Cloud Storage lists a folder that its console has made, and that holds nothing.
  async #emptyFolder(prefix: string): Promise<Listed[]> {
    if (!prefix.endsWith('/')) return []
    const found = await stat(join(this.#folder, prefix)).catch(ifCode('ENOENT', 'ENOTDIR'))
    const at = Math.floor(found?.mtimeMs ?? 0)
    return found ? [{ name: prefix, size: 0, at, checksum: null }] : []
  }

  async #read(name: string): Promise<Stored | null> {
    for (;;) {
      const newest = (await generationsOf(name, this.#folder)).at(-1)
      if (newest === undefined) return null
      const found = await readIfThere(this.#path(name, newest))
      // Gone in between: there is a newer generation, or none.
      if (found) return { ...found, generation: String(newest), storeNow: Date.now() }
    }
  }

  async #write(name: string, body: string, replaced: number): Promise<Written> {
    const newest = (await generationsOf(name, this.#folder)).at(-1) ?? 0
    const next = replaced + 1
    if (newest !== replaced || !(await this.#create(this.#path(name, next), body))) {
      return { outcome: 'conflict' }
    }
    // Who was held up in between may have brought back a generation that others removed.
    const generations = await generationsOf(name, this.#folder)
    if (generations.at(-1) !== next || (replaced > 0 && !generations.includes(replaced))) {
      await rm(this.#path(name, next), { force: true })
      return { outcome: 'conflict' }
    }
    // The one that was replaced stays for those who are about to read it.
    for (const old of generations.filter((generation) => generation < replaced)) {
      await rm(this.#path(name, old), { force: true })
    }
    return { outcome: 'written', generation: String(next) }
  }

  /** @returns whether there was no such file; it is never there in part */
  async #create(path: string, body: string): Promise<boolean> {
    await mkdir(this.#folder, { recursive: true })
    const temporary = join(this.#folder, temporaryFile())
    try {
      await writeDurably(temporary, body)
      return (await link(temporary, path).then(() => true, ifCode('EEXIST'))) ?? false
    } finally {
      await rm(temporary, { force: true })
    }
  }

  #path(name: string, generation: number): string {
    return join(this.#folder, generationFile(name, generation))
  }

  async #told<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw fileProblem(error, `file://${this.#folder}`)
    }
  }
}

async function writeDurably(path: string, body: string): Promise<void> {
  await using file = await open(path, 'wx')
  await file.writeFile(body)
  await file.sync()
}

async function readIfThere(path: string): Promise<Pick<Stored, 'body' | 'updatedAt'> | undefined> {
  await using file = await open(path).catch(ifCode('ENOENT'))
  if (!file) return undefined
  const body = await file.readFile('utf8')
  return { body, updatedAt: Math.floor((await file.stat()).mtimeMs) }
}
