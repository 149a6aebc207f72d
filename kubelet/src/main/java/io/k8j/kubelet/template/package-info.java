/**
 * Go's text templates, as far as kwok's stages use them.
 *
 * <ol>
 *   <li>{@code Lexer} cuts the text into literal pieces and the tokens between <code>{{</code> and <code>}}</code>.
 *   <li>{@code Parser} makes {@code Piece}s and {@code Operand}s of them; an error names line and column.
 *   <li>{@code Run} walks over the pieces with the data, the variables and the {@link io.k8j.kubelet.template.Functions}.
 * </ol>
 *
 * <p>Left out are templates that define or include others, methods and channels: data are plain trees.
 *
 * @see <a href="https://pkg.go.dev/text/template">text/template</a>
 */
package io.k8j.kubelet.template;
