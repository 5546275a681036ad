export async function init() {
  console.log('--help')
}
