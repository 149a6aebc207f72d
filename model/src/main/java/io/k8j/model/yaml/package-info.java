/**
 * YAML as Kubernetes reads and writes it, to and from plain trees.
 *
 * <ol>
 *   <li>{@link io.k8j.model.yaml.Yaml#parse(byte[])} has the text taken apart into events by a library.
 *   <li>{@code Composer} builds trees of them: no tags that make objects, limited depth, limited aliases.
 *   <li>{@code Scalars} decides what a plain word means: YAML 1.1's numbers, and {@code yes} and {@code off} are booleans.
 *   <li>{@code YamlWriter} prints trees with sorted keys, quotes and line breaks like kubectl.
 * </ol>
 */
package io.k8j.model.yaml;
