/** There is nothing that could be restored, and never was. */
export class NoReplica extends Error {
  readonly code = 'no-replica'

  constructor(url: string) {
    super(`There is no replica below ${url}.`)
  }
}
