import { join } from 'node:path'
import { executable } from '../../packages/streamkeeper/src/cli/lib/executable.mjs'
import { must } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { which } from '../../packages/streamkeeper/src/cli/lib/which.mjs'
import { cache, versions } from './project.mjs'

const { version, commit } = versions.seaweedfs
const module = `github.com/seaweedfs/seaweedfs@${commit}`

/**
 * A second server that speaks S3, which has no code in common with the first. Its build takes ten minutes;
 * Go's checksum database vouches for its source.
 * @returns {Promise<string>} its path
 * @throws {Failure} when it can't be had
 */
export async function seaweedfs() {
  const installed = await which('weed')
  if (installed) return installed
  return executable({
    title: `SeaweedFS ${version}, for ten minutes or more`,
    file: join(cache, `seaweedfs-${version}`, 'weed'),
    sources: [{ name: 'go', fetch: fromGo }],
  })
}

// `go install` takes no module that replaces another: so it is built where Go has put its source.
async function fromGo(folder) {
  const { stdout } = await must('go', ['mod', 'download', '-json', module], { deadlineMs: 600_000 })
  const source = join(JSON.parse(stdout).Dir, 'weed')
  const file = join(folder, 'weed')
  const env = { ...process.env, CGO_ENABLED: '0' }
  await must('go', ['build', '-C', source, '-trimpath', '-o', file, '.'], {
    ...{ env, deadlineMs: 3_600_000 },
  })
  return file
}
