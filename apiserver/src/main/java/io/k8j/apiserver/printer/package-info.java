/**
 * Server-side Tables: how objects look in {@code kubectl get}.
 *
 * <ol>
 *   <li>{@link io.k8j.apiserver.printer.Printers#of} finds the printer of a kind, or the one that shows name and age.
 *   <li>A printer is a list of columns, each with the function that reads its cell from the object's tree.
 *   <li>Words that several kinds share (ages, containers, selectors) are in {@code Cells}.
 * </ol>
 */
package io.k8j.apiserver.printer;
