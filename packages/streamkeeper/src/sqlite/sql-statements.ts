/** A statement as it was written, and the words of it that are no comment, in lower case. */
export type Statement = { sql: string; words: string[] }

const tokens =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[A-Za-z_][\w$]*|[\s\S]/g

/** Splits SQL at the semicolons that end a statement. */
export function splitStatements(text: string): Statement[] {
  const statements: Statement[] = []
  let [sql, words] = ['', [] as string[]]
  const end = () => {
    if (words.some((word) => word !== ';')) statements.push({ sql: sql.trim(), words })
    ;[sql, words] = ['', []]
  }
  for (const [token] of text.matchAll(tokens)) {
    sql += token
    if (/^(--|\/\*|\s)/.test(token)) continue
    words.push(token.toLowerCase())
    if (token === ';' && !isInTrigger(words)) end()
  }
  end()
  return statements
}

export function bareName(word: string | undefined): string {
  return word?.replace(/^["`[](.*)["`\]]$/s, '$1') ?? ''
}

// As sqlite3_complete() has it: a trigger ends with END between semicolons.
function isInTrigger(words: string[]): boolean {
  if (!/^create (temp(orary)? )?trigger\b/.test(words.slice(0, 3).join(' '))) return false
  return !(words.at(-3) === ';' && words.at(-2) === 'end')
}
