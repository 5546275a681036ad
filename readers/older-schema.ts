/** The writer is of an older release than this reader, and the data too. */
export class OlderSchema extends Error {
  readonly code = 'older-schema'

  constructor() {
    super(
      'The database was not migrated to this release yet, and a reader can not do that. Deploy the writer first.',
    )
  }
}
