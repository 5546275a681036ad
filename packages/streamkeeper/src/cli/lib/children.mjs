const graceMs = 5_000
const children = new Set()
let ending = false

/** A promise that stays open once this process is ending, so that no next step is begun. */
export function whileNotEnding(executor) {
  return new Promise((resolve) => {
    if (!ending) executor((value) => ending || resolve(value))
  })
}

/**
 * Notes a child that leads a process group (`detached`), to be ended with this process.
 * @returns {() => void} forgets it
 */
export function started(child) {
  children.add(child)
  return () => children.delete(child)
}

/** Ends a child and what it started: SIGTERM, and 5 s later SIGKILL. */
export function endLater(child) {
  signalGroup(child, 'SIGTERM')
  setTimeout(signalGroup, graceMs, child, 'SIGKILL').unref()
}

/**
 * Makes Ctrl-C and its like end the children, then this process.
 * @returns {() => void} gives the signals back
 */
export function endChildrenOnSignals() {
  const onSignal = (signal) => {
    // npm and the terminal deliver the same Ctrl-C twice.
    if (ending) return
    ending = true
    for (const child of children) endLater(child)
    const exit = () => process.exit(signal === 'SIGINT' ? 130 : 143)
    setInterval(() => children.size === 0 && exit(), 50)
    setTimeout(exit, graceMs + 1_000)
  }
  const onExit = () => {
    for (const child of children) signalGroup(child, 'SIGKILL')
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, onSignal)
  process.on('exit', onExit)
  return () => {
    for (const signal of signals) process.off(signal, onSignal)
  }
}

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal)
  } catch {
    // It has ended already, or never began.
  }
}
