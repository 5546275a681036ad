import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** @returns {Promise<string>} the SHA-256 of a file's bytes, in hex */
export async function hashOfFile(file) {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/**
 * @param {string} folder
 * @param {string[]} [names] of files and folders in it; what isn't there is left out
 * @returns {Promise<string>} a SHA-256 over the names and contents of all files, in hex
 */
export async function hashOfFolder(folder, names = ['.']) {
  const hash = createHash('sha256')
  for (const name of names) {
    for (const file of await filesIn(folder, name)) {
      const content = await readFile(join(folder, file))
      hash.update(`${file}\0${content.length}\0`).update(content)
    }
  }
  return hash.digest('hex')
}

async function filesIn(folder, name) {
  const path = join(folder, name)
  if (!existsSync(path)) return []
  if ((await stat(path)).isFile()) return [name]
  const names = (await readdir(path)).sort()
  return (await Promise.all(names.map((child) => filesIn(folder, join(name, child))))).flat()
}
