'use strict';

// Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

function series(name, type, help, samples) {
  const lines = samples.map(([labels, value]) => `${name}${labels} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n');
}

class Metrics {
  #outcomes = new Map();
  #inBucket = new Array(BUCKETS.length + 1).fill(0);
  #seconds = 0;
  receivedBytes = 0;
  sentBytes = 0;

  /** Counts a request that has ended. outcome: 'ok' or the code of an error. */
  count(outcome, seconds) {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    const bucket = BUCKETS.findIndex((limit) => seconds <= limit);
    this.#inBucket[bucket < 0 ? BUCKETS.length : bucket]++;
    this.#seconds += seconds;
  }

  #histogram(name, help) {
    let below = 0;
    const buckets = [...BUCKETS, '+Inf'].map((limit, i) => {
      below += this.#inBucket[i];
      return [`_bucket{le="${limit}"}`, below];
    });
    return series(name, 'histogram', help, [...buckets, ['_sum', this.#seconds], ['_count', below]]);
  }

  /** gate, unsent: the current state. */
  render(gate, unsent) {
    const outcomes = [...this.#outcomes].map(([outcome, n]) => [`{outcome="${outcome}"}`, n]);
    return [
      series('png2bmp_requests_total', 'counter', 'Requests by outcome.', outcomes),
      series('png2bmp_received_bytes_total', 'counter', 'Bytes of whole PNGs.', [['', this.receivedBytes]]),
      series('png2bmp_sent_bytes_total', 'counter', 'Bytes of whole BMPs.', [['', this.sentBytes]]),
      series('png2bmp_requests_in_flight', 'gauge', 'Requests in the server.', [['', gate.inside]]),
      series('png2bmp_conversions_in_flight', 'gauge', 'Requests that convert.', [['', gate.converting]]),
      series('png2bmp_conversions_waiting', 'gauge', 'Requests that wait to convert.', [['', gate.waiting]]),
      series('png2bmp_unsent_bytes', 'gauge', 'Bytes of BMPs that are not sent yet, and of uploads that pass through.', [['', unsent.used]]),
      this.#histogram('png2bmp_request_duration_seconds', 'From the headers to the last byte.'),
      '',
    ].join('\n');
  }
}

module.exports = { Metrics };
