/** A text as it is kept, or why it is not taken, in words for its writer. */
type TextRead = { text: string; problem?: never } | { problem: string; text?: never }

// What takes no ink. The first properties are Unicode's; the rest are blanks that have none: of
// Braille, a musical note, Khitan and hieroglyphs.
const invisible =
  /^[\p{Default_Ignorable_Code_Point}\p{White_Space}\p{Cf}\u2800\u{1d159}\u{16fe4}\u{13441}\u{13442}]*$/u

const control = /[^\P{Cc}\n\t]/u

/**
 * Decides what a text is, wherever one comes in. It is kept as it was sent, but for line ends, which
 * become line feeds, and for white space and byte order marks around it. What could not be given back
 * so is refused instead of mended.
 *
 * Letters stay composed or not, as they were: NFC makes one text of two that look alike, and that is
 * for who compares texts. Here none are.
 *
 * @param options.what it is, in words for its writer
 * @param options.limit in code points
 */
export function readText(
  sent: string,
  { what, limit, isLine = false }: { what: string; limit: number; isLine?: boolean },
): TextRead {
  // UTF-8 can't hold half a character; U+FFFD would be kept in its place.
  if (!sent.isWellFormed()) {
    return { problem: 'This holds half a character; please write it again.' }
  }
  const text = sent.replace(/\r\n?/g, '\n').trim()
  if (text === '') return { problem: `Please write ${what}.` }
  // A NUL ends the text for some of the programs that will read it; the others do what they like.
  if (control.test(text)) {
    return { problem: 'This holds a character that can not be shown; please write it again.' }
  }
  if (invisible.test(text)) {
    return { problem: `Nothing of this can be seen; please write ${what}.` }
  }
  if (isLine && /[\n\u2028\u2029]/.test(text))
    return { problem: `Please write ${what} in one line.` }
  const { length } = [...text]
  if (length <= limit) return { text }
  return { problem: `This is ${length} characters long; please shorten it to ${limit}.` }
}
