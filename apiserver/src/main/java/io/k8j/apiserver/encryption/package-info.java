/**
 * Encryption of stored objects, as upstream's {@code EncryptionConfiguration} describes it.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.encryption.EncryptionConfiguration} is the file, checked;
 *   <li>{@link io.k8j.apiserver.encryption.Encryption} holds the transformers made of it, replaces them when the file
 *       changes, and hands out one {@link io.k8j.apiserver.encryption.ValueTransformer} for each resource;
 *   <li>a write encodes its object once, seals the bytes on the store's committing thread and keeps the plain bytes for
 *       the watch cache; a value that comes from the store is opened before the cache takes it over;
 *   <li>{@link io.k8j.apiserver.encryption.KmsPlugin} keeps a seed that a plugin has encrypted, so that a write needs no
 *       call of the plugin.
 * </ol>
 */
package io.k8j.apiserver.encryption;
