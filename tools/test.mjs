import '../packages/streamkeeper/src/cli/lib/require-node.mjs'
import { endChildrenOnSignals } from '../packages/streamkeeper/src/cli/lib/children.mjs'
import { report, WrongArguments } from '../packages/streamkeeper/src/cli/lib/failure.mjs'
import { inWords, sum, timesInWords } from './lib/counts.mjs'
import { parts } from './lib/parts.mjs'
import { groups, inAdvance, stages } from './lib/stages.mjs'

endChildrenOnSignals()
try {
  const names = choose(process.argv.slice(2))
  console.log(inAdvance(names))
  await prepare(names)
  const results = []
  for (const group of groups) {
    const chosen = group.filter((name) => names.includes(name))
    results.push(...(await Promise.all(chosen.map(runStage))))
  }
  const total = sum(results)
  console.log(`\n${timesInWords(results)}\n\n${inWords(total)}`)
  process.exitCode = total.failed > 0 ? 1 : 0
} catch (error) {
  report(error)
}

function choose(wanted) {
  const unknown = wanted.find((name) => !stages[name])
  if (unknown) {
    throw new WrongArguments(
      `There is no stage ${unknown}: name some of ${Object.keys(stages).join(' ')}, as in npm test -- unit.`,
    )
  }
  return Object.keys(stages).filter((name) =>
    wanted.length === 0 ? !stages[name].isOptional : wanted.includes(name),
  )
}

// What can't be prepared is told by the stage that needs it.
async function prepare(names) {
  const needs = new Set(names.flatMap((name) => stages[name].needs))
  await Promise.allSettled([...needs].map((need) => parts[need]()))
}

async function runStage(name) {
  console.log(`\n── ${name} ──`)
  const startMs = performance.now()
  const result = await stages[name].run().catch((error) => {
    report(error)
    return { passed: 0, failed: 1, skipped: 0 }
  })
  const ms = performance.now() - startMs
  console.log(`${name}: ${inWords(result)} in ${(ms / 1000).toFixed(1)} s`)
  return { ...result, name, ms }
}
