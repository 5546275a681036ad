import { connection } from 'next/server'

export default async function Page() {
  await connection()
  return <h1>Hello at {Date.now()}</h1>
}
