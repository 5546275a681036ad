// The cookies that tell the next page what became of a form, and the pages that say it.
const flashes = {
  signed: { path: '/', shownAt: ['/', '/guestbook'] },
  changed: { path: '/admin', shownAt: ['/admin'] },
}

export type Flash = keyof typeof flashes

/** The header that has the next page say what became of a form; `flashed` reads it. */
export function flashCookie(name: Flash, ...values: (number | string)[]): string {
  return cookieFor(name, values.join('.'), 60)
}

/** The headers that take those away which a page shows: it is said once. */
export function spentCookies(path: string, cookie: string | undefined): string[] {
  const names = Object.keys(flashes) as Flash[]
  return names
    .filter((name) => flashes[name].shownAt.includes(path))
    .filter((name) => new RegExp(`(^|; *)${name}=`).test(cookie ?? ''))
    .map((name) => cookieFor(name, '', 0))
}

function cookieFor(name: Flash, value: string, seconds: number): string {
  const { path } = flashes[name]
  return `${name}=${value}; Path=${path}; Max-Age=${seconds}; HttpOnly; SameSite=Lax`
}
