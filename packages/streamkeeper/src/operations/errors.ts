import { WrongArguments } from '../cli/lib/failure.mjs'
import { ReplicationProblem } from '../stores/problem.ts'

/** There is nothing that could be restored, and never was. */
export class NoReplica extends Error {
  readonly code = 'no-replica'

  constructor(url: string) {
    super(`There is no replica below ${url}.`)
  }
}

/** An error as programs are told of it. */
export function problemFacts(error: unknown): { code: string; message: string } {
  const { message } = error instanceof Error ? forOperators(error) : new Error(String(error))
  if (error instanceof WrongArguments) return { code: 'wrong-arguments', message }
  const isNamed = error instanceof ReplicationProblem || error instanceof NoReplica
  return { code: isNamed ? error.code : 'failed', message }
}

/** Names the option that gave the URL where an error speaks of the variable that the app has. */
export function naming(option: string, error: unknown): unknown {
  if (error instanceof Error) error.message = error.message.replaceAll('REPLICA_URL', option)
  return error
}

const reasons: Record<string, string> = {
  EACCES: 'this user may not use it. Change its permissions, or name another',
  EEXIST: 'it is there already. Name another',
  EISDIR: 'it is a folder. Name a file',
  ENOENT: 'it does not exist. Make it first, or name another',
  ENOSPC: 'its disk is full. Free some of it, or name another',
  ENOTDIR: 'a part of its path is a file, not a folder. Name another',
  EPERM: 'this user may not use it. Change its permissions, or name another',
  EROFS: 'its disk is read-only. Name another',
}

/** An error of the file system as the fact and the next step; any other as it is. */
export function forOperators(error: Error): Error {
  const { code = '', path } = error as NodeJS.ErrnoException
  const reason = reasons[code]
  if (path === undefined || reason === undefined) return error
  return new Error(`${path} can't be used: ${reason}.`, { cause: error })
}
