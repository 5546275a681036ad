import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'postgresql',
  schema: './postgres/schema.ts',
  out: './postgres/migrations',
})
