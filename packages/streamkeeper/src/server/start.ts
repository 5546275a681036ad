// What `node server.js` runs in a build.
import { createRequire } from 'node:module'
import { useCompiled } from './compiled.ts'

useCompiled(import.meta.dirname)
createRequire(import.meta.url)('./main.cjs')
