import { accessSync, constants } from 'node:fs'

/**
 * Makes sure that files can be written to `folder`.
 *
 * @throws {Error} that says who can't write where
 */
export function checkDataDirectory(folder: string): void {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? error.code : error
    throw new Error(
      `${folder} is not a directory that user ${process.getuid?.()} can write to (${reason}). Mount one there, or set DATA_DIR to another.`,
    )
  }
}
