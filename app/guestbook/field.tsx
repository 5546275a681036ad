import type { ReactNode } from 'react'

/** A labelled field that keeps what was written and says what is wrong with it. */
export function Field({
  label,
  name,
  written,
  problem,
  children,
}: {
  label: string
  name: string
  written: string
  problem: string | undefined
  children: (props: {
    id: string
    name: string
    defaultValue: string
    required: true
    'aria-invalid': boolean
    'aria-describedby': string | undefined
  }) => ReactNode
}) {
  const problemId = `${name}-problem`
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      {children({
        id: name,
        name,
        defaultValue: written,
        required: true,
        'aria-invalid': problem !== undefined,
        'aria-describedby': problem && problemId,
      })}
      {problem && (
        <p id={problemId} className="problem">
          {problem}
        </p>
      )}
    </div>
  )
}
