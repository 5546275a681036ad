import { type ProblemCode, ReplicationProblem } from './problem.ts'

const codes: Record<string, ProblemCode> = {
  EACCES: 'permission-denied',
  ENOSPC: 'disk-full',
  ENOTDIR: 'bucket-missing',
  EPERM: 'permission-denied',
  EROFS: 'permission-denied',
}

/** What it means that the file system refused. */
export function fileProblem(error: unknown, url: string): ReplicationProblem {
  const { code = '', message } = error as NodeJS.ErrnoException
  return new ReplicationProblem(codes[code] ?? 'bucket-unreachable', url, message)
}

/** For `catch`: passes over the errors of the file system that have one of the codes. */
export function ifCode(...expected: string[]): (error: NodeJS.ErrnoException) => undefined {
  return (error) => {
    if (!expected.includes(error.code ?? '')) throw error
  }
}
