// SPDX-License-Identifier: Apache-2.0
const { writeFileSync } = require("node:fs");
const sharp = require("sharp");

void (async () => {
  const create = { width: 64, height: 64, channels: 3, background: "#c0ffee" };
  const large = await sharp({ create }).png().toBuffer();
  const { data, info } = await sharp(large).resize(8, 8).png().toBuffer({ resolveWithObject: true });
  writeFileSync(process.argv[2], data);
  console.log(`${info.width}x${info.height}`);
})();
