// SPDX-License-Identifier: Apache-2.0

// C0 but tab, DEL, C1, and what reorders or hides text on a terminal (Trojan Source, CVE-2021-42574).
const unprintable =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu;

/** Text from a cell as an operator may see it: nothing in it moves a cursor, colours a line or hides. */
export function escapeText(text: string): string {
  return text.replace(unprintable, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** The same, and no longer than `most` characters. */
export function boundText(text: string, most: number): string {
  const short = text.length > most ? `${text.slice(0, most)}…` : text;
  return escapeText(short);
}
