// Preloaded by `bin/warm.mjs` into the server that it runs.
import { keepCompiled } from '../../server/compiled.ts'

keepCompiled(process.cwd())
