import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { readText } from './text.ts'

const limit = 1_000
const read = (sent: string) => readText(sent, { what: 'a message', limit })
const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  // With surrogates that stand alone.
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.string({
    unit: fc.constantFrom(
      '\r',
      '\n',
      '\t',
      ' ',
      '\u00a0',
      '\ufeff',
      '\u200b',
      '\u2800',
      '\u3164',
      'a',
    ),
  }),
)

describe('A text', () => {
  it('is kept as it was sent, but for its line ends and the white space around it; or not at all', () => {
    fc.assert(
      fc.property(anything, (sent) => {
        const { text, problem } = read(sent)
        if (problem !== undefined) return
        assert.equal(text, sent.replaceAll('\r\n', '\n').replaceAll('\r', '\n').trim())
        assert.equal(Buffer.from(text).toString(), text)
      }),
    )
  })

  it('is the same when it is read again', () => {
    fc.assert(
      fc.property(anything, (sent) => {
        const { text } = read(sent)
        if (text !== undefined) assert.deepEqual(read(text), { text })
      }),
    )
  })

  for (const [what, sent, text] of [
    ['line ends of Windows and of old Macs', 'a\r\nb\rc\n\r\nd', 'a\nb\nc\n\nd'],
    ['white space around it', ' \t\n\u3000a b\u00a0\u2028', 'a b'],
    ['a byte order mark', '\ufeffa', 'a'],
    ['a byte order mark before white space', '\ufeff \ufeff a', 'a'],
    ['what two code points can also write', 'e\u0301 \u212b \ufb01', 'e\u0301 \u212b \ufb01'],
    ['tabs and empty lines', 'a\tb\n\n\nc', 'a\tb\n\n\nc'],
    ['an emoji of many parts', '👩‍👩‍👧‍👦 ❤️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿', '👩‍👩‍👧‍👦 ❤️ 🏴󠁧󠁢󠁳󠁣󠁴󠁿'],
    ['marks for the direction among letters', '\u200fשלום\u202c', '\u200fשלום\u202c'],
    ['a character of private use', '\uf8ff', '\uf8ff'],
    ['U+FFFD', '\ufffd', '\ufffd'],
    ['no letters but a sign', '.', '.'],
  ] as const) {
    it(`may have ${what}`, () => assert.deepEqual(read(sent), { text }))
  }

  for (const [what, sent] of [
    ['nothing', ''],
    ['white space alone', ' \r\n\t\u3000\u2003\ufeff'],
    ['zero width spaces and joiners', '\u200b\u200c\u200d\u2060'],
    ['marks for the direction alone', '\u200e\u202e\u2066\u2069\u061c'],
    ['Hangul fillers', '\u3164\u115f\u1160\uffa0'],
    ['the blank of Braille', '\u2800'],
    ['soft hyphens', '\u00ad'],
    ['selectors of variations', '\ufe0f\u{e0100}'],
    ['tags', '\u{e0041}\u{e007f}'],
    ['a grapheme joiner', '\u034f'],
    ['vowels of Khmer that are not shown', '\u17b4\u17b5'],
    ['a note without a head', '\u{1d159}\u{1d173}'],
    ['blanks of hieroglyphs', '\u{13441}\u{13442}\u{13430}'],
    ['anchors of annotations', '\ufff9\ufffa\ufffb'],
    ['half a character', 'hi \ud83d'],
    ['the other half', '\ude42 hi'],
    ['the halves of a character in the wrong order', '\ude42\ud83d'],
    ['U+0000', 'a\0b'],
    ['a backspace', 'a\b'],
    ['an escape', '\x1b[31mred'],
    ['U+007F', 'a\x7f'],
    ['U+0085', 'a\x85b'],
    ['a form feed', 'a\fb'],
  ] as const) {
    it(`is not ${what}`, () => {
      const { problem } = read(sent)
      assert.match(String(problem), /^[A-Z].+\.$/)
    })
  }

  it('is as long as it has code points', () => {
    assert.deepEqual(read('🙂'.repeat(limit)), { text: '🙂'.repeat(limit) })
    assert.deepEqual(read('🙂'.repeat(limit + 1)), {
      problem: 'This is 1001 characters long; please shorten it to 1000.',
    })
    assert.deepEqual(read(` ${'a'.repeat(limit)}\r\n`), { text: 'a'.repeat(limit) })
  })

  it('has one line where it is to have one', () => {
    const line = (sent: string) => readText(sent, { what: 'your name', limit, isLine: true })
    assert.deepEqual(line(' Ada\n'), { text: 'Ada' })
    for (const end of ['\n', '\r', '\u2028', '\u2029']) {
      assert.deepEqual(line(`A${end}B`), { problem: 'Please write your name in one line.' })
    }
  })
})
