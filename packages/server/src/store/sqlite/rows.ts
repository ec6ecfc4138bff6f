// SPDX-License-Identifier: Apache-2.0
import type { SQLOutputValue } from "node:sqlite";
import { parseAppName, parseTenantName } from "../../names.ts";
import type { AppRecord, TenantRecord } from "../store.ts";
import { parseDigest } from "../directory/digest.ts";

/** A row as SQLite gives it. The file may have been edited by hand, so nothing in it is taken on trust. */
export type Row = Record<string, SQLOutputValue>;

/** Reads a row of `tenants`. */
export function toTenant(row: Row): TenantRecord {
  return {
    name: parseTenantName(text(row, "name")),
    policy: row["policy"] === null ? null : text(row, "policy"),
    created: date(row, "created"),
    updated: date(row, "updated"),
  };
}

/** Reads a row of `apps`. */
export function toApp(row: Row): AppRecord {
  return {
    tenant: parseTenantName(text(row, "tenant")),
    name: parseAppName(text(row, "name")),
    version: number(row, "version"),
    digest: parseDigest(text(row, "digest")),
    entry: text(row, "entry"),
    files: number(row, "files"),
    bytes: number(row, "bytes"),
    created: date(row, "created"),
    updated: date(row, "updated"),
  };
}

function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== "string") throw unexpected(column, "text", value);
  return value;
}

function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== "number") throw unexpected(column, "a number", value);
  return value;
}

function date(row: Row, column: string): Date {
  return new Date(number(row, column));
}

function unexpected(column: string, expected: string, got: unknown): TypeError {
  return new TypeError(`Expected \`${column}\` in the database to be ${expected}, got ${typeof got}`);
}
