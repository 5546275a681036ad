// The app of the machine's own tests: one table, and what comes with it.
import { defineConfig } from '../config.ts'
import * as postgresSchema from './postgres-schema.ts'
import * as schema from './schema.ts'
import { shown } from './shown.ts'

export default defineConfig({
  name: 'notes',
  migrations: 'migrations',
  schema,
  triggers: [
    {
      table: 'notes',
      triggers: {
        notes_counted: `AFTER INSERT ON notes BEGIN
      UPDATE note_count SET total = total + 1 WHERE id = 1;
    END`,
        notes_uncounted: `AFTER DELETE ON notes BEGIN
      UPDATE note_count SET total = total - 1 WHERE id = 1;
    END`,
      },
      repair: [
        `INSERT INTO note_count (id, total) VALUES (1, (SELECT count(*) FROM notes))
      ON CONFLICT (id) DO UPDATE SET total = excluded.total`,
      ],
    },
  ],
  verify(connection) {
    const found = connection.prepare(`select 1 from sqlite_master where name = 'notes'`).get()
    if (!found) throw new Error('it has no table notes.')
  },
  shown,
  needs: ({ method, url }) => (url === '/status' ? 'nothing' : method === 'GET' ? 'read' : 'write'),
  postgres: { migrations: 'postgres-migrations', schema: postgresSchema },
})
