/** Where the header leads. Pages that the server writes by itself have the same one. */
export const places = [
  { path: '/', name: 'Visits' },
  { path: '/guestbook', name: 'Guestbook' },
  { path: '/how-it-works', name: 'How it works' },
]

/** Where it leads those who signed in, too. */
export const placesOfAdmins = [
  { path: '/status', name: 'Status' },
  { path: '/admin', name: 'Moderation' },
]

/** The mark of the app, in a box of 32 by 32: a database's cylinder. */
export const mark = [
  'M25 9.5c0 1.93-4.03 3.5-9 3.5S7 11.43 7 9.5 11.03 6 16 6s9 1.57 9 3.5z',
  'M7 9.5v13c0 1.95 4 3.5 9 3.5s9-1.55 9-3.5v-13M7 16c0 1.95 4 3.5 9 3.5s9-1.55 9-3.5',
].join('')

export const about = 'Kept in SQLite, replicated to a bucket by Litestream.'
