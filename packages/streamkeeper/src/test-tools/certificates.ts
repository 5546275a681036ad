import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unprivileged } from './test-postgres.ts'

/** A certificate for `localhost` by an authority of its own, for a server of the tests, until it is disposed of. */
export class Certificates implements Disposable {
  readonly authority: string
  readonly certificate: string
  readonly key: string
  readonly #folder = mkdtempSync(join(tmpdir(), 'streamkeeper-'))

  constructor() {
    const file = (name: string) => join(this.#folder, name)
    const openssl = (...args: string[]) =>
      execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    this.authority = file('authority.pem')
    this.certificate = file('server.pem')
    this.key = file('server.key')
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const authority = ['-x509', ...newKey, '-subj', '/CN=authority', '-days', '2']
    openssl('req', ...authority, '-keyout', file('authority.key'), '-out', this.authority)
    const signed = ['-CA', this.authority, '-CAkey', file('authority.key'), '-days', '2']
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    openssl(
      'req',
      '-x509',
      ...newKey,
      ...names,
      ...signed,
      '-keyout',
      this.key,
      '-out',
      this.certificate,
    )
    // PostgreSQL refuses a key that others can read.
    chmodSync(this.key, 0o600)
    const { uid, gid } = unprivileged()
    if (uid === undefined) return
    chmodSync(this.#folder, 0o755)
    chownSync(this.key, uid, gid ?? uid)
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
