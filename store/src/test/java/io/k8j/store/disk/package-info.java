/**
 * A disk in memory that forgets what was not flushed when its power is cut.
 *
 * <p>{@link io.k8j.store.disk.ForgetfulDisk#root} is a {@link java.nio.file.Path} of a file system of its own, so code
 * under test runs unchanged on it. {@link io.k8j.store.disk.ForgetfulDisk#cutPowerAfter} says when the power goes;
 * {@link io.k8j.store.disk.ForgetfulDisk#restart} decides by a seed what of the unflushed changes had reached the disk:
 * none, all, the first of them with the last one torn, or any sectors of them. What was flushed is always there: a
 * file's bytes after {@code force} of the file, a name after {@code force} of its directory.
 */
package io.k8j.store.disk;
