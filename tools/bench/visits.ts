/**
 * Whether counting a visit costs more where many were counted: turns of visits to an empty database
 * and to larger ones, one after the other, so that what else the machine does hits all of them.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../db/database.ts'
import { openDatabase } from '../../db/test-support.ts'
import { recordVisits } from '../../db/visits.ts'
import { numbers, percentile, show } from './support/table.ts'

const millions = numbers('MILLIONS', '0,1,10')
const turns = Number(process.env.TURNS ?? 40)
const visitsATurn = 2_000

const folder = mkdtempSync(join(tmpdir(), 'visits-'))
try {
  const databases = millions.map(filled)
  const rates: number[][] = databases.map(() => [])
  for (let turn = 0; turn < turns; turn++) {
    for (const [index, database] of databases.entries()) {
      rates[index]?.push(await visitsASecond(database))
      database.$client.pragma('wal_checkpoint(TRUNCATE)')
    }
  }
  const first = rates[0] ?? []
  const rows = rates.map((all, index) => {
    const ratios = all.map((rate, turn) => rate / (first[turn] ?? rate))
    const visits = { 'visits/s': percentile(all, 0.5), 'x the first': percentile(ratios, 0.5) }
    return { 'million rows': millions[index] ?? 0, ...visits }
  })
  show('Counting a visit', rows)
  for (const database of databases) database.$client.close()
} finally {
  rmSync(folder, { recursive: true })
}

function filled(million: number): Database {
  const database = openDatabase(join(folder, `${million}.db`))
  const fill = database.$client.prepare(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
     insert into page_views (timestamp) select '2026-01-01T00:00:00.000Z' from n`,
  )
  for (let batch = 0; batch < million * 10; batch++) {
    fill.run()
    database.$client.pragma('wal_checkpoint(TRUNCATE)')
  }
  return database
}

async function visitsASecond(database: Database): Promise<number> {
  const startMs = performance.now()
  for (let visit = 0; visit < visitsATurn; visit++) await recordVisits(database, 1, new Date())
  return visitsATurn / ((performance.now() - startMs) / 1_000)
}
