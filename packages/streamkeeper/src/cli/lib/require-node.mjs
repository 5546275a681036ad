// Imported before everything else: the other modules use what an older Node doesn't have.
const oldest = 20

if (process.platform === 'win32') {
  console.error('This runs on Linux, macOS or WSL.')
  process.exit(1)
}
if (Number(process.versions.node.split('.')[0]) < oldest) {
  console.error(
    `This is Node ${process.versions.node}: install Node ${oldest} or newer. (The app's own Node is fetched.)`,
  )
  process.exit(1)
}
