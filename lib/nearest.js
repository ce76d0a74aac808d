'use strict';

// The name that was probably meant.

/** Insertions, deletions, changes and swaps of neighbours from one word to the other (Damerau, 1964). */
function distance(a, b) {
  const rows = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const change = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      const swap = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? rows[i - 2][j - 2] + 1 : Infinity;
      rows[i].push(Math.min(change, swap, rows[i - 1][j] + 1, rows[i][j - 1] + 1));
    }
  }
  return rows[a.length][b.length];
}

/** Whether one word is the beginning of the other. */
const begins = (word, name) => (word.length > 1 && name.startsWith(word)) || (name.length > 3 && word.startsWith(name));

/** One of the names, or undefined if none is like the word. */
function nearest(word, names) {
  if (word.length > 40) { // no name is; and the time grows with both lengths
    return undefined;
  }
  const beginning = names.find((name) => begins(word, name));
  if (beginning !== undefined) {
    return beginning;
  }
  const [close] = names.map((name) => ({ name, steps: distance(word, name) }))
    .sort((a, b) => a.steps - b.steps);
  return close?.steps <= Math.max(1, word.length / 3) ? close.name : undefined;
}

module.exports = { nearest };
