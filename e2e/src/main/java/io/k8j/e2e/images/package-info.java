/**
 * Container images made on this machine, so that tests need no internet and no image of others.
 *
 * <ol>
 *   <li>{@link io.k8j.e2e.images.DebianPackages} downloads packages with apt and unpacks them.
 *   <li>{@link io.k8j.e2e.images.Layer} picks files out of them and packs a layer whose bytes depend on its content
 *       alone.
 *   <li>{@link io.k8j.e2e.images.TestImages} is the catalogue: which image has which layers, command and tags.
 *   <li>{@link io.k8j.e2e.images.ImageStore} keeps blobs, manifests and tags in a directory in the OCI image layout.
 *   <li>{@link io.k8j.e2e.images.ImageArchive} packs some of them into a tar file that {@code k8j images import} or
 *       {@code ctr images import} reads; {@code io.k8j.e2e.registry} serves all of them over HTTP.
 * </ol>
 */
package io.k8j.e2e.images;
