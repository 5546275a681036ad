import type { Form } from './forms.ts'
import { formMarkup, type Shown } from './markup.ts'

/** A form on a page. */
export function FormOnPage({ form, ...shown }: { form: Form } & Shown) {
  const markup = { __html: formMarkup(form, shown) }
  // All text in it is escaped.
  return <div dangerouslySetInnerHTML={markup} />
}
