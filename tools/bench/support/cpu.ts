import { readdirSync, readFileSync } from 'node:fs'

// `getconf CLK_TCK`, on all Linux that Node runs on.
const ticksPerSecond = 100

/** How much CPU time a process has needed, in seconds. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [utime, stime] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return (Number(utime) + Number(stime)) / ticksPerSecond
}

/** The process that a process has started, whichever of its threads did. */
export function childOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const children = threads.map((id) => readFileSync(`/proc/${pid}/task/${id}/children`, 'utf8'))
  return Number(children.join('').trim().split(' ')[0])
}
