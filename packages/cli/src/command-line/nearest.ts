// SPDX-License-Identifier: Apache-2.0

/** The word that `got` was probably meant to be: the nearest within a third of its length, or none. */
export function nearest(got: string, words: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(got.length / 3));
  const [best] = words
    .map((word) => ({ word, distance: distanceOf(got, word) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return best?.word;
}

/** Levenshtein's distance: how many letters to insert, delete or replace. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
