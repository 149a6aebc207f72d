/**
 * Makes the schema facts of the built-in kinds at build time; nothing here runs in a server.
 *
 * <ol>
 *   <li>{@link io.k8j.schema.ProtobufSource} reads message types, field order, numbers and value types from the
 *       descriptors of the official client's protobuf classes.
 *   <li>{@link io.k8j.schema.ModelSource} adds JSON names, required fields and descriptions from its Java models, and
 *       the few types that have no protobuf descriptor.
 *   <li>{@link io.k8j.schema.Semantics} adds what neither says: list types, merge keys, presence, defaults. That table
 *       is {@code semantics.tsv}, kept by hand.
 *   <li>{@link io.k8j.schema.SchemaWriter} writes {@code schema.bin} and {@code descriptions.bin}, which
 *       {@code io.k8j.model.schema.Schemas} reads.
 * </ol>
 */
package io.k8j.schema;
