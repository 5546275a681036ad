import { FormOnPage } from '../forms/form.tsx'
import { signOutForm } from '../forms/forms.ts'

export function SignOut() {
  return <FormOnPage form={signOutForm} />
}
