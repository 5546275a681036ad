import { expect, type Page } from '@playwright/test'

const patience = { timeout: 40_000, intervals: [200] }

/** The front page, as a browser asks for it, again while a server that has just started takes its time. */
export async function openFrontPage(url: string): Promise<string> {
  let page = ''
  await expect(async () => {
    page = await open(url)
  }).toPass(patience)
  return page
}

/** A page that can be read where nothing can be written. */
export const openGuestbook = (url: string) => open(`${url}/guestbook`)

async function open(url: string): Promise<string> {
  const response = await fetch(url, { headers: { accept: 'text/html' } })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.text()
}

/** Signs the guestbook as a browser without JavaScript does, again until it was accepted. */
export async function signGuestbook(url: string, name: string, message: string): Promise<void> {
  const page = await openFrontPage(url)
  const key = /name="key" value="([^"]+)"/.exec(page)?.[1] ?? ''
  await expect(async () => {
    const answer = await fetch(`${url}/guestbook/sign`, {
      method: 'POST',
      body: new URLSearchParams({ key, name, message }),
      headers: { accept: 'text/html' },
      redirect: 'manual',
    })
    expect(answer.status).toBe(303)
  }).toPass(patience)
}

/** Fills in the form of the guestbook on a page, and sends it. */
export async function sign(page: Page, name: string, message: string): Promise<void> {
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('Message').fill(message)
  await page.getByRole('button', { name: 'Sign the guestbook' }).click()
}
