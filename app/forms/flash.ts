/** The cookies that tell the next page what became of a form. */
export const signedName = 'signed'
export const changedName = 'changed'

const flashes = [
  { name: signedName, path: '/', shownAt: ['/', '/guestbook'] },
  { name: changedName, path: '/admin', shownAt: ['/admin'] },
]

/** The headers that take those away which a page shows: it is said once. */
export function spentCookies(path: string, cookie: string | undefined): string[] {
  return flashes
    .filter(({ name, shownAt }) => {
      return shownAt.includes(path) && new RegExp(`(^|; *)${name}=`).test(cookie ?? '')
    })
    .map(({ name, path }) => `${name}=; Path=${path}; Max-Age=0; HttpOnly; SameSite=Lax`)
}
