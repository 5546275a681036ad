import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import Sqlite from 'better-sqlite3'
import { runLitestream } from '../test-support.ts'
import { applyLtx } from './apply.ts'
import { Crc64 } from './crc64.ts'

type Test = { after(clean: () => void | Promise<void>): void }

/** All changes here are made to a table of this one. */
export type Client = Sqlite.Database

/** A database as the product opens it, but for the size of its pages. */
export function openPages(path: string, pageSize: number): Client {
  const client = new Sqlite(path)
  client.pragma(`page_size = ${pageSize}`)
  client.pragma('journal_mode = WAL')
  client.pragma('wal_autocheckpoint = 0')
  client.exec('create table if not exists notes (id integer primary key, text text)')
  return client
}

export function addNotes(client: Client, count: number, length: number): void {
  const insert = client.prepare('insert into notes (text) values (hex(randomblob(?)))')
  client.transaction(() => {
    for (let i = 0; i < count; i++) insert.run(length / 2)
  })()
}

/** What a real Litestream uploads of each of the changes, and of files made of several. */
export async function replicaOf(
  test: Test,
  pageSize: number,
  changes: readonly ((client: Client) => void)[],
) {
  const settings = 'levels: [{interval: 1s}]\nsnapshot: {interval: 1s, retention: 1h}'
  const { folder, litestream } = await runLitestream(test, 60, settings)
  const [path, replica] = [join(folder, 'app.db'), join(folder, 'replica')]
  const client = openPages(path, pageSize)
  test.after(() => {
    client.close()
  })
  await litestream.register(path, `file://${replica}`, 5_000)
  for (const change of changes) {
    change(client)
    await litestream.sync(path, 20_000)
  }
  return {
    /** The newest file of a level; waits for one whose transactions fit. */
    newest: async (level: number, fits: (min: number, max: number) => boolean): Promise<Buffer> => {
      for (;;) {
        const found = namesIn(replica, level).findLast((name) => fits(...txidsOf(name)))
        if (found) return readFileSync(join(replica, 'ltx', String(level), found))
        await sleep(50)
      }
    },
    /** The files of level 0, in order. */
    files: () => namesIn(replica, 0).map((name) => readFileSync(join(replica, 'ltx/0', name))),
    restoredAt: async (txid: number): Promise<string> => {
      const target = join(folder, randomUUID())
      const hex = txid.toString(16).padStart(16, '0')
      await run('litestream', ['restore', '-txid', hex, '-o', target, `file://${replica}`])
      return hashOf(target)
    },
  }
}

const run = promisify(execFile)

function namesIn(replica: string, level: number): string[] {
  try {
    return readdirSync(join(replica, 'ltx', String(level)))
      .filter((name) => name.endsWith('.ltx'))
      .toSorted()
  } catch {
    return []
  }
}

function txidsOf(name: string): [number, number] {
  return [Number.parseInt(name.slice(0, 16), 16), Number.parseInt(name.slice(17, 33), 16)]
}

export function hashOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

/** Applies LTX files to the file at `path`, which is made if there is none. */
export function apply(path: string, ...files: Buffer[]): void {
  const file = openSync(path, 'a+')
  closeSync(file)
  const open = openSync(path, 'r+')
  try {
    for (const bytes of files) applyLtx(open, bytes)
  } finally {
    closeSync(open)
  }
}

type Made = {
  pageSize: number
  commit: number
  min?: number
  max?: number
  flags?: number
  pages: readonly { page: number; content: Buffer; flags?: number; block?: Buffer }[]
}

/** A file whose checksum is right, whatever else is in it. */
export function ltxOf({ pageSize, commit, min = 2, max = min, flags = 2, pages }: Made): Buffer {
  const header = Buffer.alloc(100)
  header.write('LTX1')
  header.writeUInt32BE(flags, 4)
  header.writeUInt32BE(pageSize, 8)
  header.writeUInt32BE(commit, 12)
  header.writeBigUInt64BE(BigInt(min), 16)
  header.writeBigUInt64BE(BigInt(max), 24)
  const crc = new Crc64()
  crc.add(header)
  const frames = pages.flatMap(({ page, content, flags = 1, block = literals(content) }) => {
    const start = Buffer.alloc(10)
    start.writeUInt32BE(page)
    start.writeUInt16BE(flags, 4)
    start.writeUInt32BE(block.length, 6)
    crc.add(start)
    crc.add(content)
    return [start, block]
  })
  const end = Buffer.alloc(6 + 1 + 8 + 16)
  end.writeBigUInt64BE(1n, 7)
  crc.add(end.subarray(0, -8))
  end.writeBigUInt64BE(crc.value | (1n << 63n), end.length - 8)
  return Buffer.concat([header, ...frames, end])
}

/** An LZ4 block of nothing but literals. */
export function literals(content: Uint8Array): Buffer {
  if (content.length < 15) return Buffer.concat([Buffer.from([content.length << 4]), content])
  const more = content.length - 15
  const lengths = [0xf0, ...Array<number>(Math.floor(more / 255)).fill(255), more % 255]
  return Buffer.concat([Buffer.from(lengths), content])
}
