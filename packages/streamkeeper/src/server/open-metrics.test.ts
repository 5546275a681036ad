import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { counter, exposition, gauge, Histogram, litestreamFamilies } from './open-metrics.ts'

describe('OpenMetrics', () => {
  it('has gauges and counters, with labels that are quoted, and an end', () => {
    const text = exposition([
      gauge('a_bytes', 'A.', [{ value: 1.5 }]),
      counter('b', 'B.', [{ labels: { kind: 'x"\\\n', other: 'y' }, value: 2 }]),
    ])
    assert.equal(
      text,
      [
        ...['# TYPE a_bytes gauge', '# HELP a_bytes A.', 'a_bytes 1.5'],
        ...['# TYPE b counter', '# HELP b B.', 'b_total{kind="x\\"\\\\\\n",other="y"} 2'],
        ...['# EOF', ''],
      ].join('\n'),
    )
  })

  it('counts durations in buckets that hold all the smaller ones', () => {
    const histogram = new Histogram('c_seconds', 'C.', [0.1, 1])
    for (const seconds of [0.05, 0.1, 0.5, 2]) histogram.observe(seconds, { kind: 'x' })
    assert.deepEqual(histogram.text.trim().split('\n').slice(2), [
      'c_seconds_bucket{kind="x",le="0.1"} 2',
      'c_seconds_bucket{kind="x",le="1"} 3',
      'c_seconds_bucket{kind="x",le="+Inf"} 4',
      'c_seconds_count{kind="x"} 4',
      'c_seconds_sum{kind="x"} 2.65',
    ])
  })

  it("takes Litestream's metrics over, with names that it allows", () => {
    const text = [
      ...['# HELP go_goroutines G.', '# TYPE go_goroutines gauge', 'go_goroutines 9'],
      ...['# HELP litestream_x_total X.', '# TYPE litestream_x_total counter'],
      ...['litestream_x_total{db="/a"} 1', '# HELP litestream_y Y.', '# TYPE litestream_y counter'],
      ...['litestream_y 2', '# HELP litestream_z_total Z.', '# TYPE litestream_z_total gauge'],
      ...['litestream_z_total 3', ''],
    ].join('\n')
    assert.deepEqual(litestreamFamilies(text).trim().split('\n'), [
      ...['# HELP litestream_x X.', '# TYPE litestream_x counter', 'litestream_x_total{db="/a"} 1'],
      ...['# HELP litestream_y Y.', '# TYPE litestream_y unknown', 'litestream_y 2'],
      ...[
        '# HELP litestream_z_total Z.',
        '# TYPE litestream_z_total gauge',
        'litestream_z_total 3',
      ],
    ])
  })
})
