/** What scripts and styles of an answer have to carry to be let in by its Content-Security-Policy. */
export function nonceOf(policy: string | null | undefined): string {
  return /'nonce-([^']+)'/.exec(policy ?? '')?.[1] ?? ''
}
