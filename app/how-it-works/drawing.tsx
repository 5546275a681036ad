/**
 * The parts, with the numbers of the steps at the ways between them.
 *
 * @param epoch that this instance reads or writes; null where it isn't known
 */
export function Drawing({ epoch }: { epoch: number | null }) {
  const folder = epoch === null ? 'epoch-…' : `epoch-${String(epoch).padStart(8, '0')}`
  return (
    <svg
      className="drawing"
      viewBox="0 0 420 460"
      role="img"
      aria-label="The container: Node serves the pages from app.db and asks Litestream to sync. Litestream uploads each change to the bucket, which has the lease and the epochs, and restores app.db at the start."
    >
      <marker
        id="tip"
        viewBox="0 0 10 10"
        refX="9"
        refY="5"
        markerWidth="7"
        markerHeight="7"
        orient="auto-start-reverse"
      >
        <path d="M0 0L10 5L0 10z" />
      </marker>

      <rect className="around" x="1" y="66" width="418" height="214" rx="14" />
      <text className="place" x="402" y="58" textAnchor="end">
        container
      </text>
      <rect className="around" x="1" y="348" width="418" height="111" rx="14" />
      <text className="place" x="402" y="340" textAnchor="end">
        bucket
      </text>

      <Part x={40} y={4} width={150} height={34} name="Your browser" />
      <Part x={20} y={88} width={190} height={66} name="node server.js" about="Next.js · Drizzle" />
      <Part x={20} y={198} width={190} height={66} name="app.db" about="SQLite" />
      <Part x={258} y={88} width={142} height={176} name="litestream" about="replicates" />
      <Part x={20} y={366} width={130} height={76} name="lease.json" about="who leads" />
      <Part
        x={170}
        y={366}
        width={230}
        height={76}
        name={`${folder}/ltx`}
        about="changes, snapshots"
      />

      <path className="way" d="M92 38V86" />
      <path className="way back" d="M138 86V40" />
      <path className="way" d="M92 154V196" />
      <path className="way" d="M210 112H256" />
      <path className="way" d="M306 264V364" />
      <path className="way back" d="M352 364V266" />
      <path className="way start" d="M190 366V266" />
      <text className="label" x="180" y="306" textAnchor="end">
        restored
      </text>
      <text className="label" x="180" y="323" textAnchor="end">
        at the start
      </text>

      <Step x={92} y={56} number={1} />
      <Step x={138} y={56} number={6} />
      <Step x={92} y={175} number={2} />
      <Step x={233} y={112} number={3} />
      <Step x={306} y={314} number={4} />
      <Step x={352} y={314} number={5} />
    </svg>
  )
}

type Box = { x: number; y: number; width: number; height: number }

function Part({ name, about, ...box }: Box & { name: string; about?: string }) {
  const { x, y, width, height } = box
  const [middle, center] = [x + width / 2, y + height / 2]
  return (
    <>
      <rect className="part" {...box} rx="9" />
      <text x={middle} y={about ? center - 3 : center + 5} textAnchor="middle">
        {name}
      </text>
      {about && (
        <text className="label" x={middle} y={center + 17} textAnchor="middle">
          {about}
        </text>
      )}
    </>
  )
}

function Step({ x, y, number }: { x: number; y: number; number: number }) {
  return (
    <>
      <circle className="step" cx={x} cy={y} r="11" />
      <text className="step-number" x={x} y={y + 4.5} textAnchor="middle">
        {number}
      </text>
    </>
  )
}
