import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isPreview } from './preview.ts'

const at = (host?: string) => ({ headers: host === undefined ? {} : { host } })

describe('A request only looks', () => {
  for (const host of [
    'next---visits-abcdefghij-ew.a.run.app',
    'next---visits-123456789012.europe-west1.run.app',
    'pr-17---visits-abcdefghij-ew.a.run.app:443',
    'Next---Visits-abcdefghij-ew.A.Run.App',
    // A name may end with a dot, and Google's front end finds the same revision by it.
    'next---visits-abcdefghij-ew.a.run.app.',
    'next---visits-abcdefghij-ew.a.run.app.:443',
  ]) {
    it(`at the address of a tag: ${host}`, () => assert.ok(isPreview(at(host), 'tags')))
  }

  it('wherever it comes to an instance that is a preview', () => {
    assert.ok(isPreview(at('visits.example'), 'all'))
    assert.ok(isPreview(at(), 'all'))
  })
})

describe('A request is like any other', () => {
  for (const host of [
    'visits-abcdefghij-ew.a.run.app',
    'visits-123456789012.europe-west1.run.app',
    'next---visits.example',
    'next---visits.run.app.example',
    'visits--next-abcdefghij-ew.a.run.app',
    'localhost:8080',
    '',
    undefined,
  ]) {
    it(`at ${host}`, () => assert.ok(!isPreview(at(host), 'tags')))
  }

  it('whatever a header says that a proxy may set', () => {
    const headers = {
      host: 'visits-abcdefghij-ew.a.run.app',
      'x-forwarded-host': 'next---visits-abcdefghij-ew.a.run.app',
    }
    assert.ok(!isPreview({ headers }, 'tags'))
  })

  it('at the address of a tag, where an operator wants that', () => {
    assert.ok(!isPreview(at('next---visits-abcdefghij-ew.a.run.app'), 'none'))
  })
})
