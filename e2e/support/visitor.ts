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
  const form = new FormData()
  for (const [, field, value] of page.matchAll(
    /<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g,
  )) {
    if (field) form.append(field, (value ?? '').replaceAll('&quot;', '"'))
  }
  form.append('name', name)
  form.append('message', message)
  const answer = await fetch(url, {
    method: 'POST',
    body: form,
    headers: { accept: 'text/html' },
    redirect: 'manual',
  })
  if (answer.status !== 303) throw new Error(`The form was answered with ${answer.status}`)
}
