import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { Failure } from './failure.mjs'
import { hashOfFile } from './hash.mjs'

export class Altered extends Failure {}

/**
 * @param {string} file
 * @param {string} expected its SHA-256, in hex
 * @throws {Altered} when it has another
 */
export async function verify(file, expected) {
  const actual = await hashOfFile(file)
  if (actual === expected) return
  throw new Altered(`thrown away, its SHA-256 is ${actual} where ${expected} is expected.`)
}

/**
 * @param {string} file
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
