import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, ask } from './ask.ts'
import type { Client } from './load.ts'

const html = { accept: 'text/html' }

/** Somebody who visits, reads, and signs the guestbook as a browser without JavaScript does. */
export async function person(client: Client): Promise<void> {
  const { name, chance, ending } = client
  const open = (kind: string, path: string) =>
    ask(client, { kind, path, wanted: 200 }, { headers: html })
  for (let number = 1; !ending.aborted; number++) {
    if (chance.of(0.3)) await open('read, page', '/guestbook')
    else {
      const page = await open('visit', '/')
      if (page.status === 200 && chance.of(0.4)) await sign(client, page, `${name}.${number}`)
    }
    await sleep(chance.between(100, 400))
  }
}

async function sign(client: Client, page: Answer, message: string): Promise<void> {
  const { url, chance, ledger, findings } = client
  const key = /name="key" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const body = new URLSearchParams({ key, name: 'Ada', message })
  const headers = { ...html, origin: url }
  ledger.send(message)
  const tries = chance.of(0.7) ? 5 : 1
  for (let number = 0; number < tries; number++) {
    const form = { kind: 'sign, page', path: '/guestbook/sign', wanted: 303 }
    const answer = await ask(client, form, { method: 'POST', headers, body })
    const id = /^\/guestbook\?signed=(\d+)#/.exec(answer.location ?? '')?.[1]
    if (id) return client.acknowledged(message, Number(id), answer.epoch)
    if (![0, 503].includes(answer.status)) {
      if (answer.status === 303) findings.note(`The form led to ${answer.location}`)
      return
    }
    await sleep(chance.between(200, 1_000))
  }
}
