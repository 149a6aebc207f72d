/**
 * Rules of {@code metadata}, common to all kinds.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.meta.SystemFields} takes away what a client may not set and gives an object its identity.
 *   <li>{@link io.k8j.apiserver.meta.NameGenerator} completes {@code generateName}.
 *   <li>{@link io.k8j.apiserver.meta.MetadataRules} names everything that is wrong.
 * </ol>
 */
package io.k8j.apiserver.meta;
