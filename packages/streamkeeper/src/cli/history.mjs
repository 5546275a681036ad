import { operation } from './lib/operation.mjs'

await operation('history', { usesLitestream: false })
