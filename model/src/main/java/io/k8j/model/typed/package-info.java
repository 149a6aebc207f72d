/**
 * Typed objects for components that want them; the server itself works on trees.
 *
 * <ol>
 *   <li>{@link io.k8j.model.typed.TypedCodec} finds the class of a kind and keeps one reader for each class.
 *   <li>A tree becomes tokens, tokens become an object, and the other way round; JSON bytes are read directly.
 * </ol>
 */
package io.k8j.model.typed;
