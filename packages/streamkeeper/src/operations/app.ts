// Prints what deploy/ needs of the app's configuration, as JSON: it runs on any Node, also on one that
// can't load it.
import { loadConfig } from '../load-config.ts'

const { name, migrations = 'db/migrations', postgres } = await loadConfig(process.cwd())
console.log(JSON.stringify({ name, migrations, postgresMigrations: postgres?.migrations ?? null }))
