// Litestream can't be told of every folder: in a URL it encodes a space and an accent, and uses the
// folder that is so named; a `#` or a quote ends a path in its YAML, and a `?` in SQLite's names.
// A socket's path has a longest length besides. Such a folder gets a link with a plain name.
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Failure } from './failure.mjs'

// As replication/replica-url.ts takes it.
const plain = /^[\w.@+,=:~-]*$/
const made = new Map()

/**
 * An absolute path, through a link where it is not plain itself or too long.
 * @param {number} [longest] in bytes
 * @throws {Failure} when no link can be made
 */
export function plainPath(path, longest = Number.POSITIVE_INFINITY) {
  const parts = path.split('/')
  const odd = parts.findLastIndex((part) => !plain.test(part))
  const short =
    odd === -1 ? path : join(linkTo(parts.slice(0, odd + 1).join('/')), ...parts.slice(odd + 1))
  return Buffer.byteLength(short) > longest ? linkTo(path) : short
}

/**
 * The URL of a folder that Litestream understands; any other URL as it is, for the server to judge.
 */
export function plainUrl(url) {
  const folder = oddFolderOf(url)
  return folder === null ? url : `file://${plainPath(folder)}`
}

/** The folder of a URL whose path is not plain; null where it is, or where the URL is another's. */
export function oddFolderOf(url) {
  const path = /^file:\/\/(\/[^/].*)$/i.exec(url.trim())?.[1]
  if (!path || path.split('/').every((part) => plain.test(part)) || /[?#]/.test(path)) return null
  try {
    return fileURLToPath(`file://${path}`).replace(/(?<=.)\/+$/, '')
  } catch {
    // A percent sign that stands for itself.
    return null
  }
}

/** The words with the folders' own names in the place of the links that this process has made. */
export function withoutLinks(words) {
  return [...made].reduce((text, [link, folder]) => text.replaceAll(link, folder), words)
}

/** The links that this process has made, and what they stand for. */
export function links() {
  return [...made]
}

function linkTo(folder) {
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12)
  const link = join(folderOfLinks(), name)
  if (targetOf(link) !== folder) {
    rmSync(link, { force: true })
    makeLink(link, folder)
  }
  made.set(link, folder)
  return link
}

function makeLink(link, folder) {
  try {
    symlinkSync(folder, link)
  } catch (error) {
    // Another process has made the same.
    if (targetOf(link) !== folder) throw new Failure(`${link} can't be made: ${error.message}`)
  }
}

function targetOf(link) {
  try {
    return readlinkSync(link)
  } catch {
    return null
  }
}

// Others may write to the folder that it is in, and must not say where the data goes.
function folderOfLinks() {
  const isPlain = (path) => path.length <= 60 && path.split('/').every((part) => plain.test(part))
  const uid = process.getuid()
  const folder = join([tmpdir(), '/tmp'].find(isPlain) ?? '/tmp', `streamkeeper-links-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const found = lstatSync(folder)
  if (found.isDirectory() && found.uid === uid && (found.mode & 0o077) === 0) return folder
  throw new Failure(`${folder} has to be a folder of this user alone: remove it, and try again.`)
}
