import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { hostProblem } from './unreadable.ts'

const said = (hosts: string[], httpVersion = '1.1') =>
  hostProblem({
    httpVersion,
    rawHeaders: ['X-Host', 'Host', ...hosts.flatMap((host) => ['hOsT', host]), 'Via', 'host'],
  })

describe('A request is served', () => {
  for (const host of [
    'visits.example',
    'VISITS.example:443',
    'localhost:8080',
    'visits-abc-ew.a.run.app.',
    'my_container:8080',
    '192.0.2.1',
    '[2001:db8::1]:8080',
    '[::ffff:192.0.2.1]',
  ]) {
    it(`at ${host}`, () => assert.equal(said([host]), null))
  }

  it('without a host, as HTTP/1.0 has it', () => assert.equal(said([], '1.0'), null))
})

describe('A request is refused', () => {
  for (const hosts of [
    [],
    [''],
    ['a', 'b'],
    ['a', 'a'],
    ['a, b'],
    ['a b'],
    ['a/b'],
    ['me@a'],
    ['http://a'],
    ['a:port'],
    ['a:80:80'],
    ['a:123456'],
    ['[::1'],
    ['::1'],
    ['a\\b'],
    ['<a>'],
    ['bücher.example'],
    ['a'.repeat(256)],
  ]) {
    it(`with the hosts ${JSON.stringify(hosts).slice(0, 40)}`, () => {
      assert.equal(said(hosts)?.status, 400)
    })
  }

  it('with two hosts in HTTP/1.0, too', () => assert.equal(said(['a', 'b'], '1.0')?.status, 400))
})
