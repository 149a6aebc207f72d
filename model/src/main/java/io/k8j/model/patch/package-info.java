/**
 * The three patches that work on trees alone.
 *
 * <ol>
 *   <li>The request's content type picks {@link io.k8j.model.patch.JsonPatch}, {@link io.k8j.model.patch.MergePatch} or
 *       {@link io.k8j.model.patch.StrategicMergePatch}; server-side apply lies in its own package.
 *   <li>Each makes a new tree from the current object and the patch; neither of the two is changed, so a patch can be
 *       tried again after a conflict. The new tree may share parts with both.
 *   <li>What cannot be applied is a {@link io.k8j.model.patch.PatchException}, which says what kind of answer it is.
 * </ol>
 */
package io.k8j.model.patch;
