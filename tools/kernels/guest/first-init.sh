#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Process 1 of the first root: loads what the disk needs, and goes over to the disk.
busybox mkdir -p /proc /sys /dev /disk
busybox mount -t proc proc /proc
busybox mount -t sysfs sysfs /sys
busybox mount -t devtmpfs devtmpfs /dev
for module in /modules/*; do busybox insmod "$module"; done
busybox mount -t ext4 -o noatime /dev/vda /disk || busybox poweroff -f
busybox mount -t tmpfs -o mode=0755 tmpfs /disk/run
busybox cp /job.json /disk/run/job.json
for name in proc sys dev; do busybox mount -o move /$name /disk/$name; done
exec busybox switch_root /disk /cordon/tools/kernels/guest/init.sh
