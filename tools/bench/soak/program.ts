import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { ask } from './ask.ts'
import type { Client } from './load.ts'

const written = z.object({ id: z.number().int() })

/** A program that reads and writes through the API; mostly it sends again what was not taken. */
export async function program(client: Client): Promise<void> {
  const { name, chance, ending } = client
  for (let number = 1; !ending.aborted; number++) {
    if (chance.of(0.4)) await read(client)
    else await writeOften(client, `${name}.${number}`)
    await sleep(chance.between(50, 250))
  }
}

async function writeOften(client: Client, message: string): Promise<void> {
  const { chance, ending } = client
  const tries = chance.of(0.8) ? 200 : 1
  for (let number = 0; number < tries; number++) {
    if (await write(client, message)) break
    // Who gives up doesn't know whether it was written, as anywhere.
    if (ending.aborted && number > 20) return
    await sleep(chance.between(50, 500))
  }
  // As a program does that lost the answer: it has to be told the same.
  if (chance.of(0.05)) await write(client, message)
}

/** @returns whether the entry was acknowledged */
export async function write(
  { url, ledger, outcomes, findings }: Client,
  message: string,
  { kind = 'write, API', timeoutMs = 20_000 } = {},
): Promise<boolean> {
  ledger.send(message)
  const answer = await ask(
    { outcomes, kind, url: `${url}/api/entries` },
    {
      method: 'POST',
      // The message is its own idempotency key.
      headers: { 'content-type': 'application/json', 'idempotency-key': message },
      body: JSON.stringify({ name: 'Client', message }),
    },
    ({ status }) => (status === 201 ? 'done' : 'wrong'),
    timeoutMs,
  )
  if (answer.status === 201) {
    const { id } = written.parse(JSON.parse(answer.text))
    for (const finding of ledger.acknowledge(message, id, answer.epoch)) findings.end(finding)
    return true
  }
  if (answer.status !== 0 && answer.status !== 503) {
    findings.note(`POST /api/entries was answered with ${answer.status}: ${answer.text}`)
  }
  return false
}

async function read({ url, chance, outcomes, findings }: Client): Promise<void> {
  const path = chance.of(0.3) ? '/api/visits' : '/api/entries?limit=50'
  const answer = await ask({ outcomes, kind: 'read, API', url: url + path }, {}, ({ status }) =>
    status === 200 ? 'done' : 'wrong',
  )
  if (![0, 200, 503].includes(answer.status)) {
    findings.note(`${path} was answered with ${answer.status}: ${answer.text}`)
  }
}
