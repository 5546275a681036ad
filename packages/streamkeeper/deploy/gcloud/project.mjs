import { failureOf, saysMissing } from './problems.mjs'

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
