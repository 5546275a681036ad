import { Failure } from '../../src/cli/lib/failure.mjs'
import { isOlder } from '../../src/cli/lib/node.mjs'
import { disk, leastGcloud } from '../settings.mjs'
import { gcloud } from './command.mjs'
import { failureOf, howToUpdate, saysMissing } from './problems.mjs'

// googlecloudsdk/api_lib/run/global_methods.py
const incomplete = /^.*regions did not respond.*$/im

/** Looks at what there is in a Google Cloud project; the same question is asked only once. */
export class Project {
  #run
  #answers = new Map()
  #warnings = []

  /** @param {ReturnType<import('./run.mjs').gcloudRunner>} run */
  constructor(run) {
    this.#run = run
  }

  /**
   * @param {import('./command.mjs').Command} command that only reads
   * @returns {Promise<any>} what it answers, or null if there is no such thing
   * @throws {Failure} when it can't be told
   */
  find({ args }) {
    const key = args.join(' ')
    const answer = this.#answers.get(key) ?? this.#ask(args)
    this.#answers.set(key, answer)
    return answer
  }

  /** What gcloud has warned of: it leaves out of a list what is in regions that do not answer. */
  get warnings() {
    return [...new Set(this.#warnings)]
  }

  /**
   * Whether a policy gives a role to a member, without a condition.
   * @param {import('./command.mjs').Command} command that reads the policy
   */
  async grants(command, { role, member }) {
    const { bindings = [] } = (await this.find(command)) ?? {}
    return bindings.some(
      (binding) =>
        binding.role === role && !binding.condition && (binding.members ?? []).includes(member),
    )
  }

  async #ask(args) {
    const { ok, stdout, output } = await this.#run([...args, '--format', 'json'])
    if (ok) this.#warnings.push(...(incomplete.exec(output) ?? []))
    if (ok) return JSON.parse(stdout || 'null')
    if (saysMissing(output)) return null
    throw failureOf(output, args)
  }
}

/**
 * Refuses a gcloud that doesn't know all commands and options of a deployment. To be asked before
 * anything else: it would fail half-way.
 * @throws {Failure}
 */
export async function requireGcloud(cloud, options = {}) {
  const versions = await cloud.find(gcloud('version'))
  const found = versions?.['Google Cloud SDK'] ?? 'unknown'
  const least = options.disk ? disk.leastGcloud : leastGcloud
  if (!isOlder(found, least)) return
  throw new Failure(
    `This gcloud is ${found}, and ${least} is needed${options.disk ? ' for --disk' : ''} or a newer one. Update it:\n${howToUpdate}`,
  )
}

/**
 * @param {'--region' | '--readers'} option that names it
 * @throws {Failure} where Cloud Run has no such region
 */
export async function refuseUnknownRegion(cloud, region, option, { project }) {
  const regions = (await cloud.find(gcloud('run regions list', [], { project }))) ?? []
  if (regions.some(({ locationId }) => locationId === region)) return
  throw new Failure(
    `${region} is no region of Cloud Run: choose another for ${option}. \`gcloud run regions list\` has them.`,
  )
}

/** @returns {Promise<string[]>} the APIs that are enabled */
export async function enabledApis(cloud, project) {
  const found = await cloud.find(gcloud('services list', [], { enabled: true, project }))
  return (found ?? []).map(({ config }) => config.name)
}
