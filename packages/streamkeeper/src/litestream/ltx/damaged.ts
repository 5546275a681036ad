/** The bytes are no whole LTX file, or not one for this database. */
export class LtxDamaged extends Error {}
