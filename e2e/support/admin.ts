import { expect, type Page } from '@playwright/test'

export const adminToken = 'only-the-tests-know-this'

export const bearer = { authorization: `Bearer ${adminToken}` }

/** Fills in the form of the page that asks for the token. */
export async function showToken(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Opens the page where entries are moderated, as an admin. */
export async function openAdmin(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/admin`)
  await showToken(page, adminToken)
  await expect(page.getByRole('heading', { name: 'Moderation' })).toBeVisible()
}
