import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../packages/streamkeeper/src/cli/lib/failure.mjs'
import { run } from '../../packages/streamkeeper/src/cli/lib/run.mjs'
import { canInstall } from './apt.mjs'
import { root } from './project.mjs'
import { litestreamImage, nodeImage } from './stand-ins.mjs'

/**
 * Makes sure that the images that the Dockerfile starts from are here: present, pulled, or, where
 * no registry can be reached, stand-ins of the same name made from packages.
 * @param {import('./engine.mjs').Engine} engine
 * @param {{node: string, litestream: string}} tools
 * @throws {Failure} when one can neither be pulled nor made
 */
export async function baseImages(engine, tools) {
  const images = imagesIn(await readFile(join(root, 'Dockerfile'), 'utf8'))
  for (const image of images) {
    if (await isPresent(engine, image)) continue
    console.log(`Pulling ${image}.`)
    const pull = await run(engine.command, ['pull', image], {
      env: engine.env,
      deadlineMs: 300_000,
    })
    if (!pull.ok) await makeStandIn(engine, tools, image, images, pull.output)
  }
}

async function isPresent({ command, env }, image) {
  return (await run(command, ['image', 'inspect', image], { env })).ok
}

async function makeStandIn(engine, tools, image, images, whyNotPulled) {
  if (process.platform === 'linux' && isLitestream(image)) {
    console.log(`It can't be pulled: making a stand-in for ${image} from its executable.`)
    await litestreamImage(engine, tools, image, images.find(isNode))
  } else if (process.platform === 'linux' && isNode(image) && (await canInstall())) {
    console.log(`It can't be pulled: making a stand-in for ${image} from packages.`)
    await nodeImage(engine, tools, image)
  } else {
    throw new Failure(`${image} can't be pulled:\n${whyNotPulled}${otherWay(image)}`)
  }
}

function isLitestream(image) {
  return /\/litestream:[^/]*$/.test(image)
}

function isNode(image) {
  return /\/node:[^/]*-slim$/.test(image)
}

function otherWay(image) {
  return isLitestream(image)
    ? '\nWhere there is no such image, Go can build it: see LITESTREAM in the Dockerfile.'
    : ''
}

/** The images that a Dockerfile's FROM lines name, without those that are its own stages. */
export function imagesIn(dockerfile) {
  const images = new Set()
  const values = {}
  const filled = (text) => text.replace(/\$\{?(\w+)\}?/g, (_, argument) => values[argument])
  for (const [, name, value] of dockerfile.matchAll(/^ARG\s+(\w+)=(\S+)/gim)) {
    values[name] = filled(value)
  }
  const stages = new Set(['scratch'])
  for (const [, name, stage] of dockerfile.matchAll(
    /^FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim,
  )) {
    const image = filled(name)
    if (!stages.has(image)) images.add(image)
    if (stage) stages.add(stage)
  }
  return [...images]
}
