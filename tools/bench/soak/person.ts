import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, ask } from './ask.ts'
import type { Client } from './load.ts'
import type { Outcome } from './outcomes.ts'

const html = { accept: 'text/html' }

/** Somebody who visits, reads, and signs the guestbook as a browser without JavaScript does. */
export async function person(client: Client): Promise<void> {
  const { name, chance, ending } = client
  for (let number = 1; !ending.aborted; number++) {
    if (chance.of(0.3)) await open(client, 'read, page', '/guestbook')
    else {
      const page = await open(client, 'visit', '/')
      if (page.status === 200 && chance.of(0.4)) await sign(client, page, `${name}.${number}`)
    }
    await sleep(chance.between(100, 400))
  }
}

async function open(client: Client, kind: string, path: string): Promise<Answer> {
  const { url, outcomes, findings } = client
  const target = { outcomes, kind, url: url + path }
  const answer = await ask(target, { headers: html }, ({ status }) => {
    return status === 200 ? 'done' : 'wrong'
  })
  if (![0, 200, 503].includes(answer.status)) {
    findings.note(`${path} was answered with ${answer.status}`)
  }
  return answer
}

async function sign(client: Client, page: Answer, message: string): Promise<void> {
  const { url, chance, ledger, outcomes, findings } = client
  const key = /name="key" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const body = new URLSearchParams({ key, name: 'Ada', message })
  ledger.send(message)
  const tries = chance.of(0.7) ? 5 : 1
  for (let number = 0; number < tries; number++) {
    const target = { outcomes, kind: 'sign, page', url: `${url}/guestbook/sign` }
    const headers = { ...html, origin: url }
    const answer = await ask(target, { method: 'POST', headers, body }, outcomeOf)
    const id = /^\/guestbook\?signed=(\d+)#/.exec(answer.location ?? '')?.[1]
    if (id) {
      for (const finding of ledger.acknowledge(message, Number(id), answer.epoch)) {
        findings.end(finding)
      }
      return
    }
    if (![0, 503].includes(answer.status)) {
      findings.note(`The form was answered with ${answer.status}, ${answer.location}`)
      return
    }
    await sleep(chance.between(200, 1_000))
  }
}

function outcomeOf({ status }: Answer): Outcome {
  return status === 303 ? 'done' : 'wrong'
}
