import { createHash } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Failure } from './failure.mjs'

/** @returns {Promise<string>} the SHA-256 of a file's bytes, in hex */
export async function hashOfFile(file) {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

/**
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

export class Altered extends Failure {}

/**
 * @param {string} expected its SHA-256, in hex
 * @throws {Altered} when it has another
 */
export async function verify(file, expected) {
  const actual = await hashOfFile(file)
  if (actual === expected) return
  throw new Altered(`thrown away, its SHA-256 is ${actual} where ${expected} is expected.`)
}

/**
 * @param {string} list the path of a list as `sha256sum` writes it
 * @throws {Altered} when the list has another hash for it, or none
 */
export async function verifyAgainst(file, list) {
  const name = basename(file)
  const lines = (await readFile(list, 'utf8')).split('\n').map((line) => line.split(/\s+\*?/))
  const expected = lines.find(([, listed]) => listed === name)?.[0]
  if (!expected) throw new Altered(`thrown away, as ${basename(list)} has no ${name}.`)
  await verify(file, expected)
}
