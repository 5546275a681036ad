// Draws the PNGs in `public/` from `public/favicon.svg`: for home screens, and for previews of links.
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { chromium } from '@playwright/test'

const folder = join(dirname(import.meta.dirname), 'public')
const mark = readFileSync(join(folder, 'favicon.svg'), 'utf8')
// Home screens cut the corners themselves.
const square = mark.replace(' rx="7"', '')
const preview = `<div style="display: grid; place-items: center; align-content: center; gap: 40px;
  height: 100%; background: #faf9f5; color: #16201d; font: 72px 'Liberation Sans', sans-serif">
  <div style="width: 220px; height: 220px">${mark}</div>This server has been visited.</div>`

const { CHROMIUM_PATH: executablePath } = process.env
const browser = await chromium.launch({
  ...(executablePath && { executablePath }),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
const page = await browser.newPage()
await draw('icon-192.png', 192, 192, mark)
await draw('icon-512.png', 512, 512, mark)
await draw('apple-touch-icon.png', 180, 180, square)
await draw('og.png', 1200, 630, preview)
await browser.close()

async function draw(name, width, height, markup) {
  await page.setViewportSize({ width, height })
  await page.setContent(
    `<style>html, body { height: 100%; margin: 0 } svg { display: block }</style>${markup}`,
  )
  await page.screenshot({ path: join(folder, name), omitBackground: true })
}
