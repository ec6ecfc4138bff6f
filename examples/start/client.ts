// SPDX-License-Identifier: Apache-2.0
import { packDirectory } from "@cordon/server";

/** The host's API with its admin token. */
export class Client {
  readonly #url: string;
  readonly #token: string;

  constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  /** Makes a tenant and puts a directory up as its app. */
  async deploy(tenant: string, app: string, directory: string): Promise<Deployed> {
    await this.#send("PUT", `/v1/tenants/${tenant}`);
    const body = await packDirectory(directory);
    return (await this.#send("PUT", `/v1/tenants/${tenant}/apps/${app}`, body)) as Deployed;
  }

  async #send(method: string, path: string, body?: Buffer<ArrayBuffer>): Promise<unknown> {
    const answer = await fetch(this.#url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(body === undefined ? {} : { "content-type": "application/gzip" }),
      },
      ...(body === undefined ? {} : { body }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
    return await answer.json();
  }
}

/** What the API says of an app; the part that is used here. */
export interface Deployed {
  digest: string;
  path: string;
}
