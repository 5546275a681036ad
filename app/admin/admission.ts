import { cookies, headers } from 'next/headers'
import type { Attempt } from '../../server/admin.ts'
import { clientHeader } from '../../server/client.ts'
import { runtime } from '../../server/runtime.ts'

export const sessionCookie = 'admin'

/** Whether whoever asks for this page, or sent this form, is an admin. */
export async function admission(): Promise<Attempt> {
  const [cookie, header] = [await cookies(), await headers()]
  return runtime().admin.admits({
    client: header.get(clientHeader) ?? '',
    session: cookie.get(sessionCookie)?.value,
    authorization: header.get('authorization') ?? undefined,
  })
}
