// SPDX-License-Identifier: Apache-2.0

/** Resolves `.`, `..`, doubled and trailing slashes of a path by its text alone, from a directory if it is relative. */
export function normalisePath(path: string, directory = "/"): string {
  const components: string[] = [];
  for (const component of (path.startsWith("/") ? path : `${directory}/${path}`).split("/")) {
    if (component === "..") components.pop();
    else if (component !== "" && component !== ".") components.push(component);
  }
  return `/${components.join("/")}`;
}

/** Whether a rule stands for every entry that starts with what comes before its `*`. */
export function isPrefix(rule: string): boolean {
  return rule.endsWith("*");
}

/**
 * Whether a path rule covers a normalised path: the path itself or anything below it, by whole components.
 * `/a/b*` covers what is in or below any entry of `/a` that starts with `b`.
 *
 * @example
 * pathCovers("/srv/app", "/srv/app/index.js"); // true
 * pathCovers("/srv/app", "/srv/application"); // false
 */
export function pathCovers(rule: string, path: string): boolean {
  if (isPrefix(rule)) return path.startsWith(rule.slice(0, -1));
  return rule === "/" || path === rule || path.startsWith(`${rule}/`);
}

/** Orders the rules that cover one path: more components are more specific, then more of a component. */
export function pathSpecificity(rule: string): number {
  const components = rule === "/" ? 0 : rule.split("/").length - 1;
  if (!isPrefix(rule)) return components * 8192;
  return (components - 1) * 8192 + rule.length - rule.lastIndexOf("/") - 1;
}
