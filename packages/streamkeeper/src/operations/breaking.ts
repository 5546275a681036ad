// Prints what this release's migrations take from a release that is at the one with the given number,
// as JSON; null for nothing. For deploy/, which runs on any Node and without packages.
import { breakingSince } from '../sqlite/breaking-migrations.ts'
import { loadApp } from './load-app.ts'

const app = await loadApp()
console.log(JSON.stringify(breakingSince(app.migrations, Number(process.argv[2]))))
