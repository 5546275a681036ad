/** A function that makes a thing when it is first asked for it, and gives the same ever after. */
export function once(make) {
  let made
  return () => {
    made ??= make()
    return made
  }
}
