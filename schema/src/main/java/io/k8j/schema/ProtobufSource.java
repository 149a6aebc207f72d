package io.k8j.schema;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import io.k8j.schema.TypeDef.FieldDef;
import io.k8j.schema.TypeDef.Ref;
import io.k8j.schema.TypeDef.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the served API versions' types from the official client's protobuf descriptors. */
final class ProtobufSource {
    static final List<String> FILES = List.of(
            "Meta",
            "Runtime",
            "Resource",
            "IntStr",
            "V1",
            "V1Admission",
            "V1Admissionregistration",
            "V1Apiextensions",
            "V1Apps",
            "V1Authentication",
            "V1Authorization",
            "V1Autoscaling",
            "V1Batch",
            "V1Certificates",
            "V1Coordination",
            "V1Discovery",
            "V1Events",
            "V1Flowcontrol",
            "V1Networking",
            "V1Node",
            "V1Policy",
            "V1Rbac",
            "V1Resource",
            "V1Scheduling",
            "V1Storage",
            "V1beta1Storagemigration",
            "V2Apidiscovery",
            "V2Autoscaling");

    /** Messages with a JSON form of their own, by the end of their name. */
    private static final Map<String, Shape> SPECIAL = Map.ofEntries(
            Map.entry("resource.Quantity", Shape.QUANTITY),
            Map.entry("intstr.IntOrString", Shape.INT_OR_STRING),
            Map.entry("meta.v1.Time", Shape.STRING),
            Map.entry("meta.v1.MicroTime", Shape.STRING),
            Map.entry("meta.v1.Duration", Shape.STRING),
            Map.entry("meta.v1.FieldsV1", Shape.ANY),
            Map.entry("runtime.RawExtension", Shape.ANY),
            Map.entry("apiextensions.v1.JSON", Shape.ANY),
            Map.entry("apiextensions.v1.JSONSchemaPropsOrArray", Shape.ANY),
            Map.entry("apiextensions.v1.JSONSchemaPropsOrBool", Shape.ANY),
            Map.entry("apiextensions.v1.JSONSchemaPropsOrStringArray", Shape.ANY),
            Map.entry("meta.v1.Verbs", Shape.STRING_LIST),
            Map.entry("authentication.v1.ExtraValue", Shape.STRING_LIST),
            Map.entry("authorization.v1.ExtraValue", Shape.STRING_LIST),
            Map.entry("certificates.v1.ExtraValue", Shape.STRING_LIST));

    private static final Set<String> UNUSED =
            Set.of("runtime.TypeMeta", "runtime.Unknown", "resource.QuantityValue", "meta.v1.Timestamp");

    private ProtobufSource() {}

    static Map<String, TypeDef> read() throws ReflectiveOperationException {
        Map<String, TypeDef> types = new LinkedHashMap<>();
        for (String file : FILES) {
            Class<?> holder = Class.forName("io.kubernetes.client.proto." + file);
            FileDescriptor descriptor =
                    (FileDescriptor) holder.getMethod("getDescriptor").invoke(null);
            for (Descriptor message : descriptor.getMessageTypes()) {
                TypeDef type = read(message);
                if (type != null) types.put(type.name, type);
            }
        }
        return types;
    }

    private static TypeDef read(Descriptor message) {
        String name = typeName(message);
        if (UNUSED.stream().anyMatch(u -> name.endsWith("." + u))) return null;
        for (Map.Entry<String, Shape> special : SPECIAL.entrySet()) {
            if (name.endsWith("." + special.getKey())) {
                boolean time = name.endsWith("Time");
                return new TypeDef(name, special.getValue(), time ? "date-time" : "");
            }
        }
        TypeDef type = new TypeDef(name, Shape.OBJECT, "");
        for (FieldDescriptor field : message.getFields())
            type.fields.add(new FieldDef(field.getName(), field.getNumber(), ref(field)));
        return type;
    }

    private static Ref ref(FieldDescriptor field) {
        if (field.isMapField())
            return new Ref.MapOf(single(field.getMessageType().findFieldByName("value")));
        return field.isRepeated() ? new Ref.ListOf(single(field)) : single(field);
    }

    private static Ref single(FieldDescriptor field) {
        return switch (field.getType()) {
            case STRING -> Ref.Scalar.STRING;
            case BYTES -> Ref.Scalar.BYTES;
            case INT32 -> Ref.Scalar.INT32;
            case INT64, UINT32 -> Ref.Scalar.INT64;
            case DOUBLE -> Ref.Scalar.DOUBLE;
            case BOOL -> Ref.Scalar.BOOLEAN;
            case MESSAGE -> new Ref.Named(typeName(field.getMessageType()));
            default -> throw new IllegalStateException("type of " + field.getFullName() + ": " + field.getType());
        };
    }

    /** {@code k8s.io.apiextensions_apiserver.…} is {@code io.k8s.apiextensions-apiserver.…} in OpenAPI. */
    private static String typeName(Descriptor message) {
        return typeName(message.getFullName());
    }

    static String typeName(String full) {
        if (!full.startsWith("k8s.io.")) throw new IllegalStateException("unexpected package of " + full);
        return "io.k8s."
                + full.substring("k8s.io.".length()).replace("apiextensions_apiserver", "apiextensions-apiserver");
    }
}
