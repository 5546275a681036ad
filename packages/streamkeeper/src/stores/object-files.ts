import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { ifCode } from './file-problem.ts'

/** A file or folder that belongs to the object, or to the objects below, `name`. */
export type Entry = { name: string; path: string; isFolder: boolean }

/** The file that is an object at one of its generations. */
export function generationFile(name: string, generation: number): string {
  return `${name}.${String(generation).padStart(12, '0')}`
}

/** The generations of the object that are in the folder, oldest first. */
export async function generationsOf(name: string, folder: string): Promise<number[]> {
  const files = (await readdir(folder).catch(ifCode('ENOENT'))) ?? []
  return files
    .map(parse)
    .filter((file) => file.name === name)
    .map((file) => file.generation)
    .toSorted((a, b) => a - b)
}

/**
 * Everything below `root` whose name begins with `prefix`, a folder's name with its slash, after
 * all that is in it. Only at the top are there objects with generations and temporary files.
 */
export async function* entriesBelow(
  root: string,
  prefix: string,
  folder = '',
): AsyncGenerator<Entry> {
  const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(ifCode('ENOENT'))
  for (const entry of entries ?? []) {
    const path = join(root, folder, entry.name)
    const isFolder = entry.isDirectory()
    if (isFolder) {
      const name = `${folder}${entry.name}/`
      if (!name.startsWith(prefix) && !prefix.startsWith(name)) continue
      yield* entriesBelow(root, prefix, name)
      if (name.startsWith(prefix)) yield { name, path, isFolder }
    } else if (folder !== '' || !isTemporary(entry.name)) {
      const name = folder === '' ? parse(entry.name).name : `${folder}${entry.name}`
      if (name.startsWith(prefix)) yield { name, path, isFolder }
    }
  }
}

/** The name of a file that is not an object yet. */
export function temporaryFile(): string {
  return `.${crypto.randomUUID()}`
}

function isTemporary(file: string): boolean {
  return file.startsWith('.')
}

function parse(file: string): { name: string; generation: number } {
  const [, name = file, generation = '0'] = /^(.+)\.(\d{12})$/.exec(file) ?? []
  return { name, generation: Number(generation) }
}
