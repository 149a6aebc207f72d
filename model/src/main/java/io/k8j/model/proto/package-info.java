/**
 * Upstream's protobuf, written by hand from the schemas: no generated classes, no run-time library.
 *
 * <ol>
 *   <li>{@link io.k8j.model.proto.ProtobufCodec} opens or writes the envelope and finds the kind's schema.
 *   <li>{@code Message} turns the schema into numbers, once for each type.
 *   <li>{@code Decoder} reads forward into a tree; {@code Encoder} writes from the end backward.
 * </ol>
 */
package io.k8j.model.proto;
