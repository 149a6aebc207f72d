/**
 * Makes the schema facts of the built-in kinds at build time; of all this only {@link io.k8j.schema.ModelAccess}
 * and what is generated of it runs in a server.
 *
 * <ol>
 *   <li>{@link io.k8j.schema.ProtobufSource} reads message types, field order, numbers and value types from the
 *       descriptors of the official client's protobuf classes.
 *   <li>{@link io.k8j.schema.ModelSource} adds JSON names, required fields and descriptions from its Java models, and
 *       the few types that have no protobuf descriptor.
 *   <li>{@link io.k8j.schema.ProtobufComments} adds the descriptions that those models have lost, from the comments in
 *       the sources of the protobuf classes.
 *   <li>{@link io.k8j.schema.Semantics} adds what neither says: list types, merge keys, presence, defaults. That table
 *       is {@code semantics.tsv}, kept by hand.
 *   <li>{@link io.k8j.schema.SchemaWriter} writes {@code schema.bin} and {@code descriptions.bin}, which
 *       {@code io.k8j.model.schema.Schemas} reads.
 *   <li>{@link io.k8j.schema.AccessGenerator} writes the classes by which {@code io.k8j.model.typed} reads and writes
 *       fabric8's models.
 * </ol>
 */
package io.k8j.schema;
