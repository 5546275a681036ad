import type { Fact } from '../../packages/streamkeeper/src/server/facts.ts'

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
