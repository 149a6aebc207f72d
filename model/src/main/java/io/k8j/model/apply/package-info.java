/**
 * Who owns which field, and server-side apply.
 *
 * <p>Sets of fields are held in the form the API shows them, FieldsV1: nested maps whose keys are path elements
 * ({@code f:name}, {@code k:{"name":"a"}}, {@code v:"x"}, {@code i:0}); an empty map, or the key {@code .}, says that the
 * path itself is in the set. So nothing has to be decoded or encoded around a write.
 *
 * <ol>
 *   <li>{@link io.k8j.model.apply.ManagedFields#afterUpdate} sees each create, update and patch: {@code Comparison} walks
 *       the two versions along the schema, and the fields that changed go from their owners to the writer.
 *   <li>{@link io.k8j.model.apply.ServerSideApply#apply} checks the applied tree ({@code TypeCheck}), merges it into the
 *       live object ({@code TypedMerge}), removes what its manager no longer applies and nobody else owns
 *       ({@code Pruning}), and gives the merged object or the conflicts.
 *   <li>Both end in {@code Owners}, which sorts, caps and encodes the entries.
 * </ol>
 */
package io.k8j.model.apply;
