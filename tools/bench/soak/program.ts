import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { ask } from './ask.ts'
import type { Client } from './load.ts'

const written = z.object({ id: z.number().int() })

/** A program that reads and writes through the API; mostly it sends again what was not taken. */
export async function program(client: Client): Promise<void> {
  const { name, chance, ending } = client
  for (let number = 1; !ending.aborted; number++) {
    if (chance.of(0.4)) {
      const path = chance.of(0.3) ? '/api/visits' : '/api/entries?limit=50'
      await ask(client, { kind: 'read, API', path, wanted: 200 }, {})
    } else await writeOften(client, `${name}.${number}`)
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
  client: Client,
  message: string,
  { kind = 'write, API', timeoutMs = 20_000 } = {},
): Promise<boolean> {
  client.ledger.send(message)
  const asked = { kind, path: '/api/entries', wanted: 201, timeoutMs }
  const answer = await ask(client, asked, {
    method: 'POST',
    // The message is its own idempotency key.
    headers: { 'content-type': 'application/json', 'idempotency-key': message },
    body: JSON.stringify({ name: 'Client', message }),
  })
  if (answer.status !== 201) return false
  const { id } = written.parse(JSON.parse(answer.text))
  client.acknowledged(message, id, answer.epoch)
  return true
}
