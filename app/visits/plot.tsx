import { dayInWords, numberInWords } from '../format.ts'
import { type ShownDay, VisitsOf } from './days-table.tsx'
import { scaleTo } from './scale.ts'

const thirds = ['early', 'middle', 'late']

/**
 * A bar for each day. The days are radio buttons, so that browsers lead to each by arrow keys, tap
 * and pointer without a script; the one that has the focus or the pointer shows its number.
 */
export function Plot({ days }: { days: ShownDay[] }) {
  const scale = scaleTo(Math.max(1, ...days.map(({ visits }) => visits)))
  const top = Number(scale.at(-1))
  return (
    <div className="plot">
      <ol className="scale" aria-hidden="true">
        {scale.toReversed().map((number) => (
          <li key={number}>
            <span>{numberInWords(number)}</span>
          </li>
        ))}
      </ol>
      <div className="days" role="radiogroup" aria-labelledby="chart">
        {days.map((day, index) => (
          <label key={day.day} className={thirds[Math.floor((index * 3) / days.length)]}>
            <input type="radio" name="day" defaultChecked={day.isToday} />
            <Bar {...day} share={day.visits / top} />
            <span className="tip">
              {dayInWords(day.day)}: <VisitsOf {...day} />
              {day.isToday && ' so far'}
            </span>
          </label>
        ))}
      </div>
    </div>
  )
}

// Its lower end, with the round corners there, is outside of the picture.
function Bar({ visits, isToday, share }: ShownDay & { share: number }) {
  // A single visit among thousands is still to be seen.
  const percent = visits === 0 ? 0 : Math.max(2, share * 100)
  return (
    <svg aria-hidden="true">
      {isToday && (
        <pattern
          id="unfinished"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <path d="M0 0V6" />
        </pattern>
      )}
      {visits > 0 && (
        <rect
          className={isToday ? 'bar unfinished' : 'bar'}
          fill={isToday ? 'url(#unfinished)' : undefined}
          x="14%"
          y={`${(100 - percent).toFixed(2)}%`}
          width="72%"
          height="110%"
          rx="3"
        />
      )}
    </svg>
  )
}
