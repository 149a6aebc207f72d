/**
 * The schema engine: one description of values for built-in kinds and custom resources alike.
 *
 * <ol>
 *   <li>{@link io.k8j.model.schema.Schemas} gives a {@link io.k8j.model.schema.Schema} by kind or type name, decoded
 *       from the {@code schema} module's resource on first use.
 *   <li>{@link io.k8j.model.schema.StrictDecoder} checks a parsed tree against it, drops and reports what it does not
 *       know and gives every value its canonical form.
 *   <li>{@link io.k8j.model.schema.Defaulter} fills absent fields: first what the schema says, then the rules of the
 *       kind that depend on other fields.
 *   <li>{@link io.k8j.model.schema.Descriptions} has the documentation, for OpenAPI only.
 * </ol>
 */
package io.k8j.model.schema;
