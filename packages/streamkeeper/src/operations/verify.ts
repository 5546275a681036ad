import { z } from 'zod'
import type { Shown } from '../config.ts'
import { log } from '../server/log.ts'
import { defineCommand, main, type Outcome, WrongArguments } from './command.ts'
import { tablesInWords } from './examine.ts'
import { loadApp } from './load-app.ts'
import { atLeastOne, seconds } from './values.ts'
import { type Copy, verifyCopy } from './verify-copy.ts'
import {
  bytesInWords,
  durationInWords,
  pairsInWords,
  positionInWords,
  timeInWords,
} from './words.ts'

const help = `Restores the newest copy of the database to a temporary folder, and checks all of it.

  npx streamkeeper verify [--app URL] [--attempts N] [--pause SECONDS] [--log] [--url URL] [--json]

  --app URL        the running app: the copy has to have what it shows, where the app's
                   configuration says how to ask (shown); VERIFY_APP unless given
  --attempts N     how often to restore until the copy has them; 5 unless given
  --pause SECONDS  before the second attempt, and twice as long before each further one; 1
  --log            print one line in Cloud Logging's JSON, with severity INFO or ERROR`

const url = z
  .url({ protocol: /^https?$/, error: noUrl })
  .transform((text) => text.replace(/\/+$/, ''))
  .optional()
  // The container's job has it there.
  .prefault(() => process.env.VERIFY_APP || undefined)

export const command = defineCommand({
  help,
  options: {
    app: { type: 'string' },
    attempts: { type: 'string', default: '5' },
    pause: { type: 'string', default: '1' },
    log: { type: 'boolean' },
  },
  schema: z.object({ app: url, attempts: atLeastOne, pause: seconds }),
  run: async ({ app, attempts, pause }, context) => {
    const { config, migrations } = await loadApp()
    if (app && !config.shown && app !== process.env.VERIFY_APP) {
      throw new WrongArguments('--app needs "shown" in streamkeeper.config.ts, which asks the app.')
    }
    const shown = (app && (await config.shown?.(app, context.signal))) || null
    const patience = { attempts, pauseMs: pause * 1_000 }
    const copy = await verifyCopy(shown, patience, migrations, context)
    return outcome(copy, shown)
  },
  // Whoever runs it in the container has no terminal, but alerts on the severity.
  log: ({ ok, facts, words }) =>
    log(ok ? 'INFO' : 'ERROR', words.split('\n', 1)[0] ?? '', { ok, ...facts }),
})

function noUrl(): string {
  const also = process.env.VERIFY_APP ? ', and so does VERIFY_APP' : ''
  return `needs a URL, such as https://notes.example${also}`
}

function outcome(copy: Copy, shown: Shown | null): Outcome {
  const { findings, migrations, missing, changedAt, ...facts } = copy
  const wrong = [
    ...findings.map((finding) => `SQLite finds: ${finding}`),
    ...migrations.unknown.map((at) => `this release doesn't know the migration of ${at}`),
    ...missing.map((what) => `lost: ${what}, which the app shows`),
  ]
  const ok = wrong.length === 0
  return {
    ok,
    facts: {
      ...facts,
      changedAt: changedAt && timeInWords(changedAt),
      migrations,
      shown: shown?.facts ?? null,
      wrong,
    },
    words: ok ? good(copy, shown) : `The newest copy is not good: ${wrong.join('; ')}.`,
  }
}

function good(copy: Copy, shown: Shown | null): string {
  const { txid, changedAt, bytes, stored, tables, migrations, restoreMs, tookMs } = copy
  const age = changedAt === null ? [] : [`changed ${durationInWords(Date.now() - changedAt)} ago`]
  const pending = migrations.pending > 0 ? `, ${migrations.pending} still to come` : ''
  const pairs = [
    ['epoch', [positionInWords(copy, txid), ...age].join(', ')],
    [
      'size',
      `${bytesInWords(bytes)}, from ${bytesInWords(stored.bytes)} in the bucket (objects: ${stored.objects})`,
    ],
    ['tables', tablesInWords(tables)],
    ['migrations', `${migrations.applied} applied${pending}`],
    ...(shown ? [['app', `${shown.words} are in the copy`] as const] : []),
    ['took', `restore ${durationInWords(restoreMs)}, check ${durationInWords(tookMs)}`],
  ] as const
  return `The newest copy restores, and all of it is sound.\n${pairsInWords(pairs)}`
}

if (import.meta.main) await main(command)
