import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { answerForm, type Outcome } from './answer-form.ts'
import { signForm, signInForm } from './forms.ts'

const html = { accept: 'text/html', 'content-security-policy': "script-src 'nonce-own'" }
const json = { accept: 'application/json' }
const body = new URLSearchParams({ key: 'k', name: 'Ada', message: 'Hello' })

function answer(outcome: Outcome | Error, headers: Record<string, string>, sent: BodyInit = body) {
  const request = new Request('http://localhost', { method: 'POST', headers, body: sent })
  return answerForm(request, signForm, async () => {
    if (outcome instanceof Error) throw outcome
    return outcome
  })
}

const taken: Outcome = {
  to: '/guestbook#entry-1',
  told: { id: 1 },
  cookies: ['signed=1.38; Path=/'],
}
const refused: Outcome = {
  refused: {
    ...{ status: 422, type: 'invalid', title: 'Not yet.', detail: 'Mend it.' },
    errors: [{ field: 'name', detail: 'Too short.' }],
  },
}

describe('A form that is taken', () => {
  it('leads a browser on, with what the next page says', async () => {
    const { status, headers } = await answer(taken, html)
    assert.equal(status, 303)
    assert.equal(headers.get('location'), '/guestbook#entry-1')
    assert.deepEqual(headers.getSetCookie(), ['signed=1.38; Path=/'])
    assert.equal(headers.get('cache-control'), 'no-store')
  })

  it('is told of to the script of a page', async () => {
    const said = await answer(taken, json)
    assert.equal(said.status, 200)
    assert.deepEqual(await said.json(), { to: '/guestbook#entry-1', id: 1 })
    assert.deepEqual(said.headers.getSetCookie(), ['signed=1.38; Path=/'])
  })
})

describe('A form that is not taken', () => {
  it('is shown to a browser with what was written, and what is wrong with it', async () => {
    const said = await answer(refused, html)
    assert.equal(said.status, 422)
    const page = await said.text()
    assert.match(page, /<h1>Not yet\.<\/h1>\n<p>Mend it\.<\/p>/)
    assert.match(page, /name="name"[^>]* aria-invalid="true"[^>]* value="Ada"/)
    assert.match(page, /id="name-problem" class="problem">Too short\.</)
    assert.match(page, /name="key" value="k"/)
    assert.match(page, /nonce="own"/)
  })

  it('is a problem to the script of a page', async () => {
    const said = await answer(refused, json)
    assert.equal(said.status, 422)
    assert.equal(said.headers.get('content-type'), 'application/problem+json')
    assert.deepEqual((await said.json()).errors, [{ field: 'name', detail: 'Too short.' }])
  })

  it('is not lost where the app fails', async () => {
    const said = await answer(new Error('secret'), html)
    assert.equal(said.status, 500)
    const page = await said.text()
    assert.match(page, /Nothing was saved/)
    assert.match(page, /value="Ada"/)
    assert.doesNotMatch(page, /secret/)
  })

  it('is one that can not be read', async () => {
    const said = await answer(taken, html, new URLSearchParams([...body, ['name', 'Eve']]))
    assert.equal(said.status, 400)
    assert.match(await said.text(), /go back one page/)
  })

  it('shows what was stored before, and has a key for another entry', async () => {
    const stored = { id: 7, name: '<Ada>', message: 'First' }
    const details = { status: 422, type: 'key-reused', title: 'Before.', detail: 'It is kept.' }
    const reused: Outcome = { refused: { ...details, stored, key: 'new' } }
    const page = await (await answer(reused, html)).text()
    assert.match(page, /First.*&lt;Ada&gt;.*href="\/guestbook#entry-7"/s)
    assert.match(page, /name="key" value="new"/)
    assert.match(page, /Hello<\/textarea>/)
    assert.match(page, />Save this as another entry<\/button>/)
  })

  it('may lead to another form first', async () => {
    const sent = new Map([['to', '/admin']])
    const instead = { form: signInForm, sent }
    const page = await (await answer({ ...refused, instead }, html)).text()
    assert.match(page, /action="\/sign-in\/session".*name="to" value="\/admin"/s)
  })

  it('has its hidden field to be emptied only where that was filled in', async () => {
    const page = await (await answer(refused, html)).text()
    assert.match(page, /<div class="field" hidden><label for="more">/)
    const errors = [{ field: 'more', detail: 'Empty.' }]
    const trapped = { refused: { ...refused.refused, errors } }
    assert.match(
      await (await answer(trapped, html)).text(),
      /<div class="field"><label for="more">/,
    )
  })
})
