import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Accepted, accepts } from './accepts.ts'

const nothing = { html: false, json: false, anything: false }
const page = { ...nothing, html: true }
const data = { ...nothing, json: true }
const anything = { ...nothing, anything: true }

function check(cases: (readonly [string | undefined, Accepted])[]): void {
  for (const [accept, expected] of cases) {
    it(`with ${accept === undefined ? 'no Accept' : `"${accept}"`}`, () => {
      assert.deepEqual(accepts({ headers: accept === undefined ? {} : { accept } }), expected)
    })
  }
}

describe('A client wants a page', () => {
  check(
    [
      'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8',
      'text/html',
      'TEXT/HTML',
      'Text/Html;Q=0.5',
      'text/html;q=0.1',
      'text/html; charset=utf-8',
      'text/html;charset=UTF-8',
      'text/*',
      'application/json;q=0.5, text/html',
      'text/plain;q=0.9, text/html',
      '*/*;q=0.1, text/html;q=0.2',
      'application/json;q=0, text/html',
    ].map((accept) => [accept, page] as const),
  )
})

describe('A client wants data', () => {
  check(
    [
      'application/json',
      'Application/JSON',
      'application/problem+json',
      'application/json, text/html;q=0.9',
      'application/json, text/html;q=0',
    ].map((accept) => [accept, data] as const),
  )
  check([['application/json, */*;q=0.1', { ...data, anything: true }]])
})

describe('A client takes anything', () => {
  check([undefined, '*/*', '*/*;q=0.1', 'text/plain, */*'].map((accept) => [accept, anything]))
})

describe('A client wants neither a page nor data', () => {
  check(
    [
      'text/html;q=0',
      'text/html;q=0.0, */*',
      'TEXT/HTML;q=0.000',
      '*/*;q=0',
      'text/plain',
      'text/plain, text/html;q=0.5',
      'image/png',
      'text/htmlx',
      'x-text/html',
      'application/xml;note="text/html"',
      '',
      'html',
      ';,;',
    ].map((accept) => [accept, nothing] as const),
  )
})
