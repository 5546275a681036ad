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
