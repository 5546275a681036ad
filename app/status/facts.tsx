import type { Fact } from 'streamkeeper'

export function Facts({ facts }: { facts: Fact[] }) {
  return (
    <dl id="facts" className="facts">
      {facts.map(({ name, value, isProblem }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={isProblem ? 'problem' : undefined}>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
