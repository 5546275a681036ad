import Sqlite from 'better-sqlite3'

/** Whether an error says that the file can't be read. */
export function isDamage(error: unknown): error is Error {
  const code = error instanceof Sqlite.SqliteError ? error.code : ''
  return /^SQLITE_(CORRUPT|NOTADB|IOERR|CANTOPEN)/.test(code)
}

const watchedToo = ['prepare', 'iterate']

/** A connection, or a statement of it, that tells of damage whatever finds it; the error is thrown all the same. */
export function watchDamage<T extends object>(watched: T, onDamage: (error: Error) => void): T {
  const proxy: T = new Proxy(watched, {
    get(_, name) {
      const value: unknown = Reflect.get(watched, name, watched)
      if (typeof value !== 'function') return value
      return (...given: unknown[]) => {
        try {
          const result: unknown = Reflect.apply(value, watched, given)
          if (result === watched) return proxy
          return watchedToo.includes(String(name))
            ? watchDamage(result as object, onDamage)
            : result
        } catch (error) {
          if (isDamage(error)) onDamage(error)
          throw error
        }
      }
    },
  })
  return proxy
}
