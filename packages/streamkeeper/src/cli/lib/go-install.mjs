import { basename, join } from 'node:path'
import { must } from './run.mjs'

/**
 * Builds a Go program at a version; Go verifies its source with its own checksum database.
 * @param {string} program such as `example.com/cmd/tool@v1.2.3`
 * @param {string} folder where the executable goes
 * @returns {Promise<string>} the path of the executable
 */
export async function goInstall(program, folder, flags = []) {
  const env = { ...process.env, GOBIN: folder, CGO_ENABLED: '0' }
  await must('go', ['install', '-trimpath', ...flags, program], { env, deadlineMs: 900_000 })
  return join(folder, basename(program.split('@')[0]))
}
