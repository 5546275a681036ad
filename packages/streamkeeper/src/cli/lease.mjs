import { operation } from './lib/operation.mjs'

await operation('lease')
