/** This instance may not lead, whether or not anybody else does; its message says what to do. */
export class Barred extends Error {
  readonly code: 'older-release' | 'preview' | 'breaking-migration'

  constructor(code: Barred['code'], message: string) {
    super(message)
    this.code = code
  }
}
