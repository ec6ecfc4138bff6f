// SPDX-License-Identifier: Apache-2.0

/** A ```sh block of a page, with the ```text block that follows it at once, if one does. */
export interface ShellBlock {
  readonly script: string;
  /** What stands after `sh`: `exit=N`, or `not-run` where a test would never end. */
  readonly marks: readonly string[];
  readonly line: number;
  readonly output: string | undefined;
}

const FENCE = /^```(\w*) ?(.*)\n([\s\S]*?)^```$/gm;

interface Fence extends Pick<ShellBlock, "marks"> {
  readonly language: string;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function fencesOf(page: string): readonly Fence[] {
  return [...page.matchAll(FENCE)].map((match) => ({
    language: match[1] ?? "",
    marks: (match[2] ?? "").split(" ").filter(Boolean),
    text: match[3] ?? "",
    start: match.index,
    end: match.index + match[0].length,
  }));
}

/** The files that a page shows: a fence with a name behind its language, as ```js read.mjs. */
export function filesOf(page: string): readonly { readonly name: string; readonly text: string }[] {
  return fencesOf(page).flatMap(({ language, marks, text }) => {
    const name = language === "sh" ? undefined : marks.find((mark) => mark.includes("."));
    return name === undefined ? [] : [{ name, text }];
  });
}

/** The shell blocks of a Markdown page. */
export function shellBlocks(page: string): readonly ShellBlock[] {
  const fences = fencesOf(page);
  return fences.flatMap(({ language, marks, text, start, end }, index) => {
    if (language !== "sh") return [];
    const next = fences[index + 1];
    const isOutput = next?.language === "text" && page.slice(end, next.start).trim() === "";
    return [
      {
        script: text,
        marks,
        line: page.slice(0, start).split("\n").length,
        output: isOutput ? next.text : undefined,
      },
    ];
  });
}

/**
 * Whether what was printed is what the page shows. `…` in the page stands for anything within a line; alone on a line, for
 * any lines.
 */
export function agrees(shown: string, printed: string): boolean {
  const lines = shown.trim().split("\n");
  const pattern = lines.map((line) => (line === "…" ? "(?:.*\\n)*?" : `${escaped(line)}\\n`)).join("");
  return new RegExp(`^${pattern}$`).test(`${printed.trim()}\n`);
}

function escaped(line: string): string {
  const literal = line.split("…").map((part) => part.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return literal.join(".*");
}
