import { defineConfig, type Needs } from '../config.ts'
import { App } from './app.ts'
import type { Routes } from './routes.ts'

/** What an app with notes tells: it counts how often it is opened, and has pages that stay open. */
export const notes = defineConfig({
  name: 'notes',
  needs({ method, url }): Needs {
    if (url === '/sign-in') return 'nothing'
    if (method === 'POST') return url === '/api/openings' ? 'write-if-possible' : 'write'
    if (method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS') return 'write'
    return url === '/' && method === 'GET' ? 'write-if-possible' : 'read'
  },
  isPolled: ({ url }) => url === '/live',
})

/** The app itself, with the files of its `public/`. */
export function notesApp(routes: Routes | null = null, config = notes): App {
  return new App(config, {
    routes,
    isPublicFile: (path) => ['/client.js', '/favicon.ico'].includes(path),
  })
}
