import { escaped } from 'streamkeeper/http'
import { type Field, type Form, type Sent, trap } from './forms.ts'

/** What stands in a form, beside what it is made of. */
export type Shown = {
  /** What was written, or is carried along. */
  values?: Sent
  /** What is wrong with a field, by its name. */
  problems?: ReadonlyMap<string, string>
  /** What became of it when it was last sent. */
  done?: string
}

/**
 * A form in the markup that all pages share: those that Next renders, and those that the server
 * writes where Next can't be asked. `app/client/forms.ts` knows it.
 */
export function formMarkup(form: Form, { values = new Map(), problems, done }: Shown = {}): string {
  const button = form.button(values)
  const chosen = button.name ? ` name="${button.name}" value="${escaped(button.value ?? '')}"` : ''
  return `<form action="${form.action}" method="post" data-form data-busy="${form.busy}"${form.fields.length === 0 ? ' class="bare"' : ''}>
${form.hidden.map((name) => `<input type="hidden" name="${name}" value="${escaped(values.get(name) ?? '')}">`).join('')}
${form.fields.map((field) => fieldMarkup(field, values, problems?.get(field.name))).join('\n')}
${form.hasTrap ? trapMarkup(problems?.get(trap)) : ''}
<button type="submit"${chosen}>${escaped(button.label)}</button>
${outcomeMarkup(done)}
</form>`
}

/** Where it is said what became of a form. It is there from the start, so that changes are heard. */
function outcomeMarkup(done = ''): string {
  return `<p role="status" class="outcome"${done && ' data-state="done"'}>${escaped(done)}</p>`
}

function fieldMarkup(field: Field, values: Sent, problem = ''): string {
  const { name, label, kind, autoComplete } = field
  const written = kind === 'secret' ? '' : escaped(values.get(name) ?? '')
  const attributes = [
    `id="${name}" name="${name}" required aria-describedby="${name}-problem"`,
    ...(problem ? ['aria-invalid="true"'] : []),
    ...(autoComplete ? [`autocomplete="${autoComplete}"`] : []),
  ].join(' ')
  // The first line end after <textarea> is no part of its text.
  const control =
    kind === 'lines'
      ? `<textarea ${attributes} rows="3">\n${written}</textarea>`
      : `<input ${attributes}${kind === 'secret' ? ' type="password"' : ` value="${written}"`}>`
  return labelled(name, label, control, problem)
}

// Neither shown nor read out, and browsers and password managers leave alone what can't be written
// in. Programs that fill in whatever a page holds don't look at that.
function trapMarkup(problem = ''): string {
  const attributes = `id="${trap}" name="${trap}" autocomplete="off" aria-describedby="${trap}-problem"`
  const control = `<input ${attributes}${problem ? ' aria-invalid="true"' : ' readonly'}>`
  return labelled(trap, 'Leave this empty', control, problem, !problem)
}

function labelled(name: string, label: string, control: string, problem: string, isHidden = false) {
  return `<div class="field"${isHidden ? ' hidden' : ''}><label for="${name}">${label}</label>
${control}
<p id="${name}-problem" class="problem">${escaped(problem)}</p></div>`
}
