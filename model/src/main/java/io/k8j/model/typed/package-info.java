/**
 * Typed objects for components that want them; the server itself works on trees.
 *
 * <ol>
 *   <li>{@link io.k8j.model.typed.TypedCodec} finds the class of a kind and keeps one reader for each class.
 *   <li>A tree becomes tokens, tokens become an object, and the other way round; JSON bytes are read directly.
 *   <li>{@link io.k8j.model.typed.Models} does the same for objects that go between components, without data binding
 *       wherever that is possible: {@link io.k8j.model.typed.ModelReader} and {@link io.k8j.model.typed.ModelWriter} use
 *       what {@code io.k8j.schema} generated for each model class.
 * </ol>
 */
package io.k8j.model.typed;
