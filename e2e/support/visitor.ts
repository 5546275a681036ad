import type { Page } from '@playwright/test'

/** The front page, as a browser asks for it. */
export const openFrontPage = (url: string) => open(url)

/** A page that can be read where nothing can be written. */
export const openGuestbook = (url: string) => open(`${url}/guestbook`)

async function open(url: string): Promise<string> {
  const response = await fetch(url, { headers: { accept: 'text/html' } })
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.text()
}

/** Signs the guestbook as a browser without JavaScript does, and returns once it was accepted. */
export async function signGuestbook(url: string, name: string, message: string): Promise<void> {
  const page = await openFrontPage(url)
  const key = /name="key" value="([^"]+)"/.exec(page)?.[1] ?? ''
  const answer = await fetch(`${url}/guestbook/sign`, {
    method: 'POST',
    body: new URLSearchParams({ key, name, message }),
    headers: { accept: 'text/html' },
    redirect: 'manual',
  })
  if (answer.status !== 303) throw new Error(`The form was answered with ${answer.status}`)
}

/** Fills in the form of the guestbook on a page, and sends it. */
export async function sign(page: Page, name: string, message: string): Promise<void> {
  await page.getByLabel('Your name').fill(name)
  await page.getByLabel('Message').fill(message)
  await page.getByRole('button', { name: 'Sign the guestbook' }).click()
}
