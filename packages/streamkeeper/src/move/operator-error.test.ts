import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { ReplicationProblem } from '../stores/problem.ts'
import { OperatorError, operatorErrorOf } from './operator-error.ts'

const coded = (message: string, facts: object) => Object.assign(new Error(message), facts)
const words = (error: unknown) => {
  const answer = operatorErrorOf(error)
  return answer instanceof Error ? answer.message : ''
}

describe('What an error says', () => {
  it('is which disk is full, and that what was copied is kept', () => {
    const server = coded('could not extend file', { code: '53100' })
    assert.match(words(server), /^The disk of PostgreSQL is full.+run it again: .+ is kept/)
    for (const error of [
      coded('database or disk is full', { code: 'SQLITE_FULL' }),
      coded('ENOSPC: no space left on device, copyfile', { code: 'ENOSPC', path: '/tmp/a' }),
      new ReplicationProblem('disk-full', 'file:///bucket', 'no space left on device'),
    ]) {
      assert.match(words(error), /^A disk of this machine is full.+--work and TMPDIR.+is kept/)
    }
  })

  it('is what to do about the database, in words of this command', () => {
    const cut = words(new Error('Connection terminated unexpectedly'))
    assert.match(cut, /can not be reached.+in its URL.+Then run it again\. It says: Connection/)
  })

  it('stays as it is where it speaks of something else, or says all', () => {
    for (const error of [
      coded(`EACCES: permission denied, mkdir '/work'`, { code: 'EACCES', path: '/work' }),
      new OperatorError('The connection was cut. Switch again.', {
        cause: coded('x', { code: '57P01' }),
      }),
      new ReplicationProblem('lease-lost', 'file:///bucket', 'connection timeout'),
      new Error('There is data in the bucket already.'),
    ]) {
      assert.equal(operatorErrorOf(error), error)
    }
  })
})
