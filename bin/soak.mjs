import './lib/require-node.mjs'
import { endChildrenOnSignals } from './lib/children.mjs'
import { inWords } from './lib/counts.mjs'
import { e2e } from './lib/e2e.mjs'
import { Failure, report } from './lib/failure.mjs'

endChildrenOnSignals()
try {
  const [rounds = '50', seed] = process.argv.slice(2)
  if (![rounds, seed ?? '1'].every((text) => /^[1-9]\d*$/.test(text))) {
    throw new Failure('usage: npm run soak -- [rounds] [seed]')
  }
  const env = { HISTORY_ROUNDS: rounds, ...(seed && { HISTORY_SEED: seed }) }
  const counts = await e2e({ only: 'every-history', env })
  console.log(`\n${inWords(counts)}`)
  process.exitCode = counts.failed > 0 ? 1 : 0
} catch (error) {
  report(error)
}
