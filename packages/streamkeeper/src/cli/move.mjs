import { operation } from './lib/operation.mjs'

await operation('move', { folder: 'move' })
