package io.k8j.model.schema;

import java.util.List;
import java.util.Map;

/** Names of types as upstream's decoding errors spell them. */
final class GoNames {
    /** Structs that have the fields of others as their own, outermost first. */
    private static final Map<String, List<String>> EMBEDDED = Map.ofEntries(
            Map.entry("NamedRuleWithOperations", List.of("RuleWithOperations", "Rule")),
            Map.entry("RuleWithOperations", List.of("Rule")),
            Map.entry("ConfigMapEnvSource", List.of("LocalObjectReference")),
            Map.entry("ConfigMapKeySelector", List.of("LocalObjectReference")),
            Map.entry("ConfigMapProjection", List.of("LocalObjectReference")),
            Map.entry("ConfigMapVolumeSource", List.of("LocalObjectReference")),
            Map.entry("SecretEnvSource", List.of("LocalObjectReference")),
            Map.entry("SecretKeySelector", List.of("LocalObjectReference")),
            Map.entry("SecretProjection", List.of("LocalObjectReference")),
            Map.entry("EphemeralContainer", List.of("EphemeralContainerCommon")),
            Map.entry("PersistentVolumeSpec", List.of("PersistentVolumeSource")),
            Map.entry("Probe", List.of("ProbeHandler")),
            Map.entry("Volume", List.of("VolumeSource")),
            Map.entry("IngressRule", List.of("IngressRuleValue")),
            Map.entry("DeviceAllocationConfiguration", List.of("DeviceConfiguration")),
            Map.entry("DeviceClaimConfiguration", List.of("DeviceConfiguration")),
            Map.entry("DeviceClassConfiguration", List.of("DeviceConfiguration")));

    /** Types of keys of maps that are not plain strings. */
    private static final Map<String, String> KEYS = Map.of(
            "CapacityRequirements.requests", "v1.QualifiedName",
            "DeviceRequestAllocationResult.consumedCapacity", "v1.QualifiedName",
            "Device.attributes", "v1.QualifiedName",
            "Device.capacity", "v1.QualifiedName",
            "Device.nodeAllocatableResourceMappings", "v1.ResourceName",
            "PersistentVolumeClaimStatus.allocatedResourceStatuses", "v1.ResourceName");

    private GoNames() {}

    /** The embedded structs between a struct and one of its fields that is theirs. */
    static List<String> embedding(String struct, Schema.Field field) {
        List<String> steps = EMBEDDED.getOrDefault(struct, List.of());
        int depth = field.protoNumber() > Schema.Field.INLINED * Schema.Field.INLINED ? 2 : 1;
        return steps.subList(0, Math.min(depth, steps.size()));
    }

    /** The type of a field of a struct. */
    static String of(Schema schema, String struct, String field) {
        if (schema.type() != Schema.Type.MAP || schema.typeName() != null || struct == null) return of(schema);
        String keys = KEYS.get(struct + "." + field);
        if (keys != null) return "map[" + keys + "]" + of(schema.items());
        return schema.items().type() == Schema.Type.QUANTITY ? "v1.ResourceList" : of(schema);
    }

    static String simpleName(Schema schema) {
        String name = schema.typeName();
        return name == null ? "" : name.substring(name.lastIndexOf('.') + 1);
    }

    static String of(Schema schema) {
        String name = schema.typeName();
        if (name != null) {
            int last = name.lastIndexOf('.');
            return name.substring(name.lastIndexOf('.', last - 1) + 1);
        }
        if (schema.errorName() != null) return schema.errorName();
        return switch (schema.type()) {
            case LIST -> "[]" + of(schema.items());
            case MAP -> "map[string]" + of(schema.items());
            case STRING -> "byte".equals(schema.format()) ? "[]uint8" : "string";
            case INTEGER -> schema.format() == null ? "int64" : schema.format();
            case NUMBER -> "float64";
            case BOOLEAN -> "bool";
            case OBJECT, INT_OR_STRING, QUANTITY, ANY -> "interface {}";
        };
    }

    static String jsonKind(Object value, boolean withNumber) {
        return switch (value) {
            case String s -> "string";
            case Boolean b -> "bool";
            case Number n -> withNumber ? "number " + n : "number";
            case Map<?, ?> m -> "object";
            case List<?> l -> "array";
            case null, default -> "null";
        };
    }
}
