/**
 * Why this page only shows a copy: at the address of a preview, by an older release than the data's,
 * or because visits can't be counted just now.
 */
export type Notice = 'preview' | 'older-release' | 'not-counted'

/** The header in which the server tells the pages of it; what a client sends in it is dropped. */
export const noticeHeader = 'x-notice'
