import { createHash } from 'node:crypto'
import { type BigIntStats, createReadStream } from 'node:fs'
import { copyFile, link, mkdir, open, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { ifCode } from './file-problem.ts'
import { temporaryFile } from './object-files.ts'

// Of file systems without hard links, and of files that may have no more of them.
const noLink = ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']

/** Copies of the files in a folder: links where there may be any, which have one content by nature. */
export class TwinFiles {
  /** Of files that had to be copied, and their copies: the hash of what each of them really holds. */
  readonly #hashes = new Map<string, string>()

  /**
   * Makes a copy that is there as a whole, and outlives a power cut; replaces one that is there.
   *
   * @returns false if there is no such file
   */
  async make(folder: string, from: string, to: string): Promise<boolean> {
    const target = join(folder, to)
    const temporary = join(folder, temporaryFile())
    try {
      if (!(await this.#twin(join(folder, from), temporary))) return false
      const made = await mkdir(dirname(target), { recursive: true })
      await rename(temporary, target)
      for (let path = dirname(target); ; path = dirname(path)) {
        await sync(path)
        if (made === undefined || path === dirname(made)) return true
      }
    } finally {
      // Where both were links to one file already, it is left.
      await rm(temporary, { force: true })
    }
  }

  /** The same for files of the same content, as far as this instance has copied them. */
  checksum(found: BigIntStats): string {
    return this.#hashes.get(identity(found)) ?? `${found.dev}:${found.ino}`
  }

  async #twin(from: string, to: string): Promise<boolean> {
    try {
      return (await link(from, to).then(() => true, ifCode('ENOENT'))) ?? false
    } catch (error) {
      ifCode(...noLink)(error as NodeJS.ErrnoException)
      return this.#copy(from, to)
    }
  }

  async #copy(from: string, to: string): Promise<boolean> {
    if (!(await copyFile(from, to).then(() => true, ifCode('ENOENT')))) return false
    const { atime, mtime } = await stat(from)
    await utimes(to, atime, mtime)
    await sync(to)
    for (const path of [from, to]) {
      this.#hashes.set(identity(await stat(path, { bigint: true })), await hashOf(path))
    }
    return true
  }
}

/** Another one once the content is. */
function identity({ dev, ino, size, mtimeNs }: BigIntStats): string {
  return `${dev}:${ino}:${size}:${mtimeNs}`
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

async function sync(path: string): Promise<void> {
  await using fileOrFolder = await open(path)
  await fileOrFolder.sync()
}
