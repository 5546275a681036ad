import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Failure } from './failure.mjs'

/**
 * Writes what a URL answers to a file.
 * @param {{connectMs?: number, totalMs?: number}} [limits] until the answer's head, and altogether
 * @throws {Failure} when there is no answer in time, or it isn't 200
 */
export async function download(url, file, { connectMs = 10_000, totalMs = 600_000 } = {}) {
  const stop = new AbortController()
  let timer = setTimeout(() => stop.abort(), connectMs)
  try {
    const response = await fetch(url, { signal: stop.signal })
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    clearTimeout(timer)
    timer = setTimeout(() => stop.abort(), totalMs)
    await pipeline(Readable.fromWeb(response.body), createWriteStream(file), {
      signal: stop.signal,
    })
  } catch (error) {
    const reason = stop.signal.aborted
      ? 'no answer in time'
      : (error.cause?.message ?? error.message)
    throw new Failure(`${new URL(url).host}: ${reason}`)
  } finally {
    clearTimeout(timer)
  }
}
