import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { parse } from '@cdktn/hcl2json'
import { root } from '../../src/cli/lib/project.mjs'

/**
 * The module in deploy/terraform, with what its expressions refer to in their place.
 * @param {Record<string, string>} given its variables; others have their defaults; the service, and the path, is `visits`
 * @returns {Promise<{resources: Record<string, Record<string, any>>, outputs: Record<string, any>,
 *   unknown: string[], variables: Record<string, any>}>}
 *   resources by type and name; outputs; what is referred to and isn't there; the defaults of variables
 */
export async function readModule(given) {
  const { ephemeral, locals, output, resource, variable } = await merged()
  const values = Object.fromEntries(
    Object.entries(variable).map(([name, [{ default: value }]]) => [
      name,
      { service: 'visits', path: 'visits', ...given }[name] ?? value,
    ]),
  )
  const unknown = []

  function lookUp(reference) {
    const [first, second, third] = reference.split('.')
    if (first === 'var') return values[second]
    if (first === 'local') return filled(locals[0][second])
    const [found] =
      (first === 'ephemeral' ? ephemeral[second]?.[third] : resource[first]?.[second]) ?? []
    if (!found && first !== 'each') unknown.push(reference)
    if (!found || !third || first === 'ephemeral') return reference
    return third in found ? filled(found[third]) : computed(first, third, filled(found))
  }

  function filled(value) {
    if (Array.isArray(value)) return value.map(filled)
    if (value && typeof value === 'object') {
      const { dynamic = {}, ...others } = value
      const blocks = { ...others, ...chosen(dynamic) }
      const entries = Object.entries(blocks).map(([name, inner]) => [name, filled(inner)])
      return Object.fromEntries(entries)
    }
    if (typeof value !== 'string') return value
    const choice = /^\$\{([\w.]+) \? ([\w.]+) : ""\}$/.exec(value)
    if (choice) return lookUp(choice[1]) ? lookUp(choice[2]) : ''
    const given = /^\$\{coalesce\(([\w.]+), ([\w.]+)\)\}$/.exec(value)
    if (given) return lookUp(given[1]) || lookUp(given[2])
    const whole = /^\$\{([\w.]+)\}$/.exec(value)
    if (whole) return lookUp(whole[1])
    return value
      .replace(
        /\$\{abspath\(path\.module\)\}\/\.\./,
        relative(root, join(import.meta.dirname, '..')),
      )
      .replace(
        /\$\{coalesce\(([\w.]+), ([\w.]+)\)\}/g,
        (_, one, other) => lookUp(one) || lookUp(other),
      )
      .replace(/\$\{([\w.]+)\}/g, (_, reference) => lookUp(reference))
  }

  // Blocks that are there where a variable isn't empty.
  function chosen(dynamic) {
    const entries = Object.entries(dynamic).map(([name, [{ for_each: when, content }]]) => {
      const [, variable] = /^\$\{([\w.]+) == "" \? \[\] : \["\w+"\]\}$/.exec(when)
      return [name, lookUp(variable) ? content : []]
    })
    return Object.fromEntries(entries)
  }

  const resources = Object.fromEntries(
    Object.entries(resource).map(([type, byName]) => [
      type,
      Object.fromEntries(Object.entries(byName).map(([name, [one]]) => [name, filled(one)])),
    ]),
  )
  const outputs = Object.fromEntries(
    Object.entries(output).map(([name, [{ value }]]) => [name, filled(value)]),
  )
  const defaults = Object.entries(variable).flatMap(([name, [{ default: value }]]) =>
    value === undefined ? [] : [[name, value]],
  )
  return { resources, outputs, unknown, variables: Object.fromEntries(defaults) }
}

// What Google's provider answers once the thing is made.
function computed(type, attribute, { account_id, project, name }) {
  const email = `${account_id}@${project}.iam.gserviceaccount.com`
  if (type === 'google_service_account' && attribute === 'email') return email
  if (type === 'google_service_account' && attribute === 'member') return `serviceAccount:${email}`
  if (type === 'google_cloud_run_v2_service' && attribute === 'uri')
    return `https://${name}-x.run.app`
  if (type === 'google_secret_manager_secret_version' && attribute === 'version') return '1'
  if (type === 'google_storage_bucket' && attribute === 'url') return `gs://${name}`
  return `${type}.${attribute}`
}

async function merged() {
  const folder = join(root, 'packages/streamkeeper/deploy/terraform')
  const files = (await readdir(folder)).filter((file) => file.endsWith('.tf'))
  const parsed = await Promise.all(
    files.map(async (file) => parse(file, await readFile(join(folder, file), 'utf8'))),
  )
  return parsed.reduce(withBlocks, {})
}

// Each file has blocks of the same kinds.
function withBlocks(before, file) {
  const of = (kind) => ({ ...before[kind], ...file[kind] })
  const resource = { ...before.resource }
  for (const [type, byName] of Object.entries(file.resource ?? {})) {
    resource[type] = { ...resource[type], ...byName }
  }
  return { ...before, ...file, variable: of('variable'), output: of('output'), resource }
}
