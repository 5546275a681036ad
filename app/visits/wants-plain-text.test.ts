import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { wantsPlainText } from './wants-plain-text.ts'

const curl = 'curl/8.5.0'
const slack = 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)'
const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/142.0 Safari/537.36'

describe('The front page is text', () => {
  for (const [who, headers] of Object.entries({
    'curl and its kind': { accept: '*/*', 'user-agent': curl },
    'a program that says nothing of itself': {},
    'a program that says nothing of what it takes': { 'user-agent': 'Go-http-client/1.1' },
    'who asks for text': { accept: 'text/plain', 'user-agent': chrome },
    'who likes text better than anything else': { accept: 'text/plain, */*', 'user-agent': chrome },
    'who refuses HTML': { accept: 'text/html;q=0, */*', 'user-agent': chrome },
    'who takes no page': { accept: 'application/json', 'user-agent': chrome },
  })) {
    it(`for ${who}`, () => {
      assert.ok(wantsPlainText({ headers }))
    })
  }
})

describe('The front page is a page', () => {
  for (const [who, headers] of Object.entries({
    'a browser': { accept: 'text/html,*/*;q=0.8', 'user-agent': chrome },
    'a preview of a link that takes anything': { accept: '*/*', 'user-agent': slack },
    'a preview of a link that does not say what it takes': { 'user-agent': slack },
    'a browser that takes anything': { accept: '*/*', 'user-agent': 'Links (2.29; Linux)' },
    'curl that asks for a page': { accept: 'text/html', 'user-agent': curl },
    'curl that asks for it in other letters': { accept: 'TEXT/HTML', 'user-agent': curl },
    "Next's client": { accept: '*/*', 'user-agent': chrome, rsc: '1' },
  })) {
    it(`for ${who}`, () => {
      assert.ok(!wantsPlainText({ headers }))
    })
  }
})
