import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { localPath } from './local-path.ts'

describe('The way on after signing in', () => {
  for (const path of ['/', '/admin', '/status', '/admin?before=7', '/a-b/c_d?x=%2F&y=1.5']) {
    it(`leads to ${path}`, () => {
      assert.equal(localPath.parse(path), path)
    })
  }

  for (const elsewhere of [
    'https://evil.example',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/\t/evil.example',
    '/./\n/evil.example',
    '/.//evil.example',
    ' //evil.example',
    '/admin//evil.example',
    'javascript:alert(1)',
    '/admin@evil.example:80',
    'evil.example',
    '',
    undefined,
    null,
    ['/status', '//evil.example'],
    `/${'a'.repeat(500)}`,
  ]) {
    it(`does not lead to ${JSON.stringify(elsewhere)?.slice(0, 40)}`, () => {
      assert.equal(localPath.parse(elsewhere), '/admin')
    })
  }
})
