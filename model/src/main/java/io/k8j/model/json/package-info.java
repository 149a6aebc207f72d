/**
 * JSON text to plain trees and back.
 *
 * <p>The way of the data:
 *
 * <ol>
 *   <li>{@link io.k8j.model.json.Json#parse(byte[])} reads bytes into maps, lists, strings, numbers, booleans and null;
 *       duplicate keys go to a listener, with their path.
 *   <li>If the text is damaged, {@code SyntaxWords} scans it once more, slowly, to say it in upstream's words.
 *   <li>{@link io.k8j.model.json.Trees} reads, copies and compares trees.
 *   <li>{@link io.k8j.model.json.Json#write(Object)} turns a tree into bytes, numbers in their shortest form.
 * </ol>
 */
package io.k8j.model.json;
