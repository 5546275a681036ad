import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Admin, adminToken, sessionCookieOptions } from './admin.ts'

const token = 'correct horse battery'.replaceAll(' ', '-')
const client = '192.0.2.1'
const bearer = (text: string) => [client, `Bearer ${text}`] as const

describe('An admin with a token', () => {
  it('is who shows it', async () => {
    const admin = new Admin(token, false)
    assert.equal(await admin.attempt(client, token), 'right')
    assert.equal(await admin.admits(...bearer(token)), 'right')
  })

  for (const text of ['', token.slice(1), `${token}x`, token.toUpperCase()]) {
    it(`is not who shows "${text}"`, async () => {
      const admin = new Admin(token, false)
      assert.equal(await admin.attempt(client, text), 'wrong')
      assert.equal(await admin.admits(...bearer(text)), 'wrong')
    })
  }

  it('is not who shows nothing, or the token in another way', async () => {
    const admin = new Admin(token, false)
    assert.equal(await admin.admits(client, null), 'wrong')
    assert.equal(await admin.admits(client, `Basic ${token}`), 'wrong')
    assert.equal(admin.isSignedIn(undefined), false)
    assert.equal(admin.isSignedIn(token), false)
  })

  it('may show it as often as needed', async () => {
    const admin = new Admin(token, false)
    for (let time = 0; time < 50; time++)
      assert.equal(await admin.admits(...bearer(token)), 'right')
  })

  it('is told to wait after five wrong ones, whichever way they came', async () => {
    const admin = new Admin(token, false)
    for (let time = 0; time < 4; time++) await admin.attempt(client, `wrong ${time}`)
    assert.equal(await admin.admits(...bearer('wrong-5')), 'wrong')
    for (const attempt of [
      await admin.attempt(client, 'wrong 6'),
      await admin.admits(...bearer('wrong-7')),
    ]) {
      assert.ok(typeof attempt === 'object' && attempt.retryAfter > 50)
    }
    assert.equal(await admin.attempt('192.0.2.2', 'wrong'), 'wrong')
  })

  it('is let in with the right one, however many wrong ones came from there', async () => {
    const admin = new Admin(token, false)
    for (let time = 0; time < 20; time++) await admin.attempt(client, `wrong ${time}`)
    assert.equal(await admin.attempt(client, token), 'right')
    assert.equal(await admin.admits(...bearer(token)), 'right')
  })

  it('is let in with the right one among many wrong ones at once, of which five are told', async () => {
    const admin = new Admin(token, false)
    const attempts = await Promise.all(
      Array.from({ length: 100 }, (_, number) =>
        admin.attempt(client, number % 10 === 9 ? token : `wrong ${number}`),
      ),
    )
    assert.equal(attempts.filter((attempt) => attempt === 'wrong').length, 5)
    assert.equal(attempts.filter((attempt) => attempt === 'right').length, 10)
  })
})

describe('A session', () => {
  const scene = () => {
    let nowMs = Date.UTC(2026, 0, 1)
    const admin = new Admin(token, false, () => nowMs)
    const pass = (hours: number) => {
      nowMs += hours * 3_600_000
    }
    return { admin, pass, session: admin.session() }
  }

  it('is that of an admin for 12 hours', () => {
    const { admin, pass, session } = scene()
    pass(11.99)
    assert.ok(admin.isSignedIn(session))
    pass(0.02)
    assert.ok(!admin.isSignedIn(session))
  })

  it('is void once there is another token', () => {
    const { session } = scene()
    const other = new Admin(`${token}2`, false, () => Date.UTC(2026, 0, 1))
    assert.ok(!other.isSignedIn(session))
  })

  it('can not be made longer, or made up', () => {
    const { admin, session } = scene()
    const [until, signature = ''] = session.split('.')
    for (const forged of [
      `${Number(until) + 1}.${signature}`,
      `${until}.${signature.slice(1)}`,
      `${until}.`,
      `${until}`,
      '',
      // As long in characters as the signature, and longer in bytes.
      `${until}.${'é'.repeat(signature.length)}`,
      `${until}.${signature.slice(1)}€`,
      `${until}é.${signature}`,
      'é',
      `${session}.`.repeat(2).replace(String(until), '9'.repeat(13)),
      `Infinity.${signature}`,
    ]) {
      assert.ok(!admin.isSignedIn(forged), forged)
    }
  })

  it('says nothing of the token', () => {
    assert.doesNotMatch(scene().session, new RegExp(token))
  })
})

describe('Without a token', () => {
  it("everybody is an admin on its owner's machine", async () => {
    const admin = new Admin(null, true)
    assert.equal(admin.access, 'open')
    assert.equal(await admin.admits(client, null), 'right')
    assert.ok(admin.isSignedIn(undefined))
  })

  it('nobody is an admin anywhere else, whatever they show', async () => {
    const admin = new Admin(null, false)
    assert.equal(admin.access, 'closed')
    assert.equal(await admin.admits(client, null), 'wrong')
    assert.equal(await admin.admits(...bearer('')), 'wrong')
    assert.ok(!admin.isSignedIn(admin.session()))
    assert.equal(await admin.attempt(client, ''), 'wrong')
  })
})

describe('The token of admins', () => {
  it('is none where it is empty', () => {
    for (const ADMIN_TOKEN of [undefined, '', '\n']) {
      assert.equal(adminToken({ NODE_ENV: 'production', ADMIN_TOKEN }), null)
    }
  })

  it('is taken without the line end that it was typed with', () => {
    const token = 'x'.repeat(16)
    for (const typed of [`${token}\n`, `${token}\r\n`, ` ${token} `, `\ufeff${token}\n`]) {
      assert.equal(adminToken({ NODE_ENV: 'production', ADMIN_TOKEN: typed }), token)
    }
  })

  for (const [what, ADMIN_TOKEN] of [
    ['can be guessed', 'x'.repeat(15)],
    ['is long by its line ends alone', `${'x'.repeat(15)}\n\n`],
    ['has spaces', 'a b'.repeat(16)],
  ] as const) {
    it(`ends the start where it ${what}`, () => {
      const environment = { NODE_ENV: 'production', ADMIN_TOKEN } as const
      assert.throws(() => adminToken(environment), /^Error: ADMIN_TOKEN is too easy to guess/)
    })
  }
})

describe('The cookie of a session', () => {
  for (const [headers, secure] of [
    [{}, false],
    [{ origin: 'http://localhost:8080' }, false],
    [{ 'x-forwarded-proto': 'http' }, false],
    [{ 'x-forwarded-proto': 'httpsx' }, false],
    [{ origin: 'https://visits.example' }, true],
    // Behind a proxy that speaks HTTP to this server and says nothing of what it was asked by.
    [{ origin: 'https://visits.example', 'x-forwarded-proto': 'http' }, true],
    [{ 'x-forwarded-proto': 'https' }, true],
    [{ 'x-forwarded-proto': 'https,http' }, true],
  ] as [Record<string, string>, boolean][]) {
    it(`is ${secure ? 'only' : 'not only'} for https with ${JSON.stringify(headers)}`, () => {
      assert.equal(sessionCookieOptions(new Headers(headers)).secure, secure)
    })
  }

  it('is out of reach of scripts, and comes along when a link leads here', () => {
    const { httpOnly, sameSite } = sessionCookieOptions(new Headers())
    assert.deepEqual({ httpOnly, sameSite }, { httpOnly: true, sameSite: 'lax' })
  })
})
