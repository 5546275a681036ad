import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Failure } from './failure.mjs'
import { Altered, verify } from './hash.mjs'

/**
 * Puts an executable in its place, from the first source that has it.
 *
 * It is made in a folder beside its place and moved there when verified, so an interrupted or
 * altered download is never used.
 * @param {object} wanted
 * @param {string} wanted.title for the progress line, such as "Litestream 0.5.18"
 * @param {string} wanted.file its place: an absolute path
 * @param {Array<{name: string, sha256?: string, fetch: (folder: string) => Promise<string>}>}
 *   wanted.sources `fetch` returns the path of the executable inside the folder that it is given;
 *   a source without `sha256` has verified it by other means.
 * @returns {Promise<string>} the file
 * @throws {Failure} with each source's reason
 */
export async function executable({ title, file, sources }) {
  if (existsSync(file)) return file
  console.log(`Fetching ${title}.`)
  await mkdir(dirname(file), { recursive: true })
  const reasons = []
  for (const source of sources) {
    const folder = await mkdtemp(join(dirname(file), 'partial-'))
    try {
      const found = await source.fetch(folder)
      if (source.sha256) await verify(found, source.sha256)
      await chmod(found, 0o755)
      await rename(found, file)
      return file
    } catch (error) {
      if (error instanceof Altered) console.error(`${title} from ${source.name}: ${error.message}`)
      reasons.push(`  ${source.name}: ${error.message}`)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
  throw new Failure(
    `${title} can't be fetched. Install it on the PATH, or let one of these be reached:\n${reasons.join('\n')}`,
  )
}
