import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { canInstall } from './apt.mjs'
import { Failure } from './failure.mjs'
import { root } from './project.mjs'
import { run } from './run.mjs'
import { litestreamImage, nodeImage } from './stand-ins.mjs'

/**
 * Makes sure that the images that the Dockerfile starts from are here: present, pulled, or, where
 * no registry can be reached, stand-ins of the same name made from packages.
 * @param {import('./engine.mjs').Engine} engine
 * @param {{node: string, litestream: string}} tools
 * @throws {Failure} when one can neither be pulled nor made
 */
export async function baseImages(engine, tools) {
  for (const image of imagesIn(await readFile(join(root, 'Dockerfile'), 'utf8'))) {
    if (await isPresent(engine, image)) continue
    console.log(`Pulling ${image}.`)
    const pull = await run(engine.command, ['pull', image], {
      env: engine.env,
      deadlineMs: 300_000,
    })
    if (!pull.ok) await makeStandIn(engine, tools, image, pull.output)
  }
}

async function isPresent({ command, env }, image) {
  return (await run(command, ['image', 'inspect', image], { env })).ok
}

async function makeStandIn(engine, tools, image, whyNotPulled) {
  const make = [
    [/\/node:[^/]*-slim$/, nodeImage],
    [/\/litestream:[^/]*$/, litestreamImage],
  ].find(([name]) => name.test(image))?.[1]
  if (!make || process.platform !== 'linux' || !(await canInstall())) {
    throw new Failure(`${image} can't be pulled:\n${whyNotPulled}`)
  }
  console.log(`It can't be pulled: making a stand-in for ${image} from packages.`)
  await make(engine, tools, image)
}

/** The images that a Dockerfile's FROM lines name, without those that are its own stages. */
export function imagesIn(dockerfile) {
  const images = new Set()
  const values = Object.fromEntries(
    [...dockerfile.matchAll(/^ARG\s+(\w+)=(\S+)/gim)].map(([, name, value]) => [name, value]),
  )
  const stages = new Set(['scratch'])
  for (const [, name, stage] of dockerfile.matchAll(
    /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim,
  )) {
    const image = name.replace(/\$\{?(\w+)\}?/g, (_, argument) => values[argument])
    if (!stages.has(image)) images.add(image)
    if (stage) stages.add(stage)
  }
  return [...images]
}
