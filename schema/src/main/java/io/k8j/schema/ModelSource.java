package io.k8j.schema;

import com.google.gson.annotations.SerializedName;
import io.k8j.schema.TypeDef.FieldDef;
import io.k8j.schema.TypeDef.Ref;
import io.k8j.schema.TypeDef.Shape;
import io.swagger.annotations.ApiModel;
import io.swagger.annotations.ApiModelProperty;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Adds JSON names, required fields and descriptions from the official client's Java models. */
final class ModelSource {
    private static final String PACKAGE = "io.kubernetes.client.openapi.models.";

    /** Kinds that appear on the wire but have no Java model to tell that they carry apiVersion and kind. */
    private static final Set<String> KINDS_WITHOUT_MODEL = Set.of(
            "io.k8s.api.admission.v1.AdmissionReview",
            "io.k8s.api.core.v1.NodeProxyOptions",
            "io.k8s.api.core.v1.PodAttachOptions",
            "io.k8s.api.core.v1.PodExecOptions",
            "io.k8s.api.core.v1.PodLogOptions",
            "io.k8s.api.core.v1.PodPortForwardOptions",
            "io.k8s.api.core.v1.PodProxyOptions",
            "io.k8s.api.core.v1.PodStatusResult",
            "io.k8s.api.core.v1.RangeAllocation",
            "io.k8s.api.core.v1.SerializedReference",
            "io.k8s.api.core.v1.ServiceProxyOptions",
            "io.k8s.api.core.v1.List",
            "io.k8s.apimachinery.pkg.apis.meta.v1.ApplyOptions",
            "io.k8s.apimachinery.pkg.apis.meta.v1.CreateOptions",
            "io.k8s.apimachinery.pkg.apis.meta.v1.GetOptions",
            "io.k8s.apimachinery.pkg.apis.meta.v1.List",
            "io.k8s.apimachinery.pkg.apis.meta.v1.ListOptions",
            "io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadata",
            "io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadataList",
            "io.k8s.apimachinery.pkg.apis.meta.v1.PatchOptions",
            "io.k8s.apimachinery.pkg.apis.meta.v1.TableOptions",
            "io.k8s.apimachinery.pkg.apis.meta.v1.UpdateOptions");

    private final Map<Class<?>, String> typeNames = new HashMap<>();

    /** Adds types without descriptor, then enriches every type that has a model. */
    void enrich(Map<String, TypeDef> types) throws ReflectiveOperationException {
        for (String name : TypesWithoutDescriptor.ALL.keySet()) types.put(name, new TypeDef(name, Shape.OBJECT, ""));
        Map<TypeDef, Class<?>> models = new LinkedHashMap<>();
        for (TypeDef type : types.values()) {
            Class<?> model = model(type.name);
            if (model == null) continue;
            models.put(type, model);
            typeNames.put(model, type.name);
        }
        for (Map.Entry<String, List<String>> entry : TypesWithoutDescriptor.ALL.entrySet()) addFields(types, entry);
        TypesWithoutDescriptor.DESCRIPTIONS.forEach((name, text) -> types.get(name).description = text);
        for (Map.Entry<TypeDef, Class<?>> entry : models.entrySet()) enrich(entry.getKey(), entry.getValue());
        for (String name : KINDS_WITHOUT_MODEL) {
            TypeDef type = types.get(name);
            if (type != null) prependTypeMeta(type, Map.of());
        }
    }

    private void addFields(Map<String, TypeDef> types, Map.Entry<String, List<String>> entry)
            throws ReflectiveOperationException {
        TypeDef type = types.get(entry.getKey());
        Class<?> model = model(type.name);
        if (model == null) return; // no fields
        Map<String, Field> byName = jsonFields(model);
        for (String text : entry.getValue()) {
            String[] parts = text.split("[=:]");
            Field field = byName.get(parts[0]);
            if (field == null) throw new IllegalStateException("no field " + parts[0] + " in " + model);
            Ref ref = parts.length > 2 ? new Ref.Named(parts[2]) : ref(field.getGenericType());
            type.fields.add(new FieldDef(parts[0], Integer.parseInt(parts[1]), ref));
        }
    }

    /** The class is {@code V1Pod}, or {@code CoreV1Event} where several groups have that kind. */
    private static Class<?> model(String typeName) {
        String[] parts = typeName.split("\\.");
        if (parts.length < 3 || typeName.contains(".runtime.") || typeName.contains(".util.")) return null;
        if (typeName.equals("io.k8s.api.core.v1.Preconditions")) return null; // an unpublished twin of the one in meta
        String kind = parts[parts.length - 1];
        if (typeName.equals("io.k8s.apimachinery.pkg.version.Info")) return classOrNull("VersionInfo");
        String version = capital(parts[parts.length - 2]);
        Class<?> exact = classOrNull(capital(parts[parts.length - 3]) + version + kind);
        return exact != null ? exact : classOrNull(version + kind);
    }

    private static Class<?> classOrNull(String simpleName) {
        try {
            return Class.forName(PACKAGE + simpleName);
        } catch (ClassNotFoundException absent) {
            return null;
        }
    }

    private static String capital(String word) {
        return word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1);
    }

    private void enrich(TypeDef type, Class<?> model) throws ReflectiveOperationException {
        ApiModel doc = model.getAnnotation(ApiModel.class);
        if (doc != null) type.description = doc.description();
        if (type.shape != Shape.OBJECT) return;
        Map<String, Field> byName = jsonFields(model);
        Set<String> required = strings(model, "openapiRequiredFields");
        Map<String, String> descriptions = new HashMap<>();
        for (Map.Entry<String, Field> entry : byName.entrySet())
            descriptions.put(entry.getKey(), description(model, entry.getValue()));
        Map<String, String> bySpelling = new HashMap<>();
        for (String name : byName.keySet()) bySpelling.put(spelling(name), name);
        Set<String> seen = new HashSet<>();
        for (FieldDef field : type.fields) {
            String name = bySpelling.get(spelling(field.name));
            if (name == null) continue; // inline, or not published
            seen.add(name);
            field.name = name;
            field.required = required.contains(name);
            field.description = descriptions.get(name);
        }
        if (byName.containsKey("kind") && byName.containsKey("apiVersion") && !seen.contains("kind")) {
            prependTypeMeta(type, descriptions);
            seen.addAll(List.of("kind", "apiVersion"));
        }
        type.unmatched = new HashSet<>(byName.keySet());
        type.unmatched.removeAll(seen);
    }

    private static void prependTypeMeta(TypeDef type, Map<String, String> descriptions) {
        if (type.field("kind") != null) return;
        FieldDef kind = new FieldDef("kind", 0, Ref.Scalar.STRING);
        FieldDef apiVersion = new FieldDef("apiVersion", 0, Ref.Scalar.STRING);
        kind.description = descriptions.getOrDefault("kind", "");
        apiVersion.description = descriptions.getOrDefault("apiVersion", "");
        type.fields.addAll(0, List.of(kind, apiVersion));
    }

    /** {@code x-kubernetes-list-type}, {@code $ref} and {@code Webhooks} are spelled differently in protobuf. */
    private static String spelling(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "").toLowerCase(Locale.ROOT);
    }

    private static String description(Class<?> model, Field field) {
        String wanted = spelling("get" + field.getName());
        for (var method : model.getMethods()) {
            boolean getter = method.getParameterCount() == 0
                    && spelling(method.getName()).equals(wanted);
            ApiModelProperty doc = getter ? method.getAnnotation(ApiModelProperty.class) : null;
            if (doc != null) return doc.value();
        }
        return "";
    }

    private static Map<String, Field> jsonFields(Class<?> model) {
        Map<String, Field> byName = new LinkedHashMap<>();
        for (Field field : model.getDeclaredFields()) {
            SerializedName name = field.getAnnotation(SerializedName.class);
            if (name != null && !Modifier.isStatic(field.getModifiers())) byName.put(name.value(), field);
        }
        return byName;
    }

    private static Set<String> strings(Class<?> model, String field) throws ReflectiveOperationException {
        Set<String> result = new HashSet<>();
        for (Object item : (Collection<?>) model.getField(field).get(null)) result.add((String) item);
        return result;
    }

    private Ref ref(Type type) {
        if (type instanceof ParameterizedType generic) {
            List<Type> arguments = new ArrayList<>(List.of(generic.getActualTypeArguments()));
            Ref items = ref(arguments.getLast());
            return generic.getRawType() == Map.class ? new Ref.MapOf(items) : new Ref.ListOf(items);
        }
        if (type == String.class) return Ref.Scalar.STRING;
        if (type == Integer.class) return Ref.Scalar.INT32;
        if (type == Long.class) return Ref.Scalar.INT64;
        if (type == Boolean.class) return Ref.Scalar.BOOLEAN;
        if (type == Double.class) return Ref.Scalar.DOUBLE;
        if (type == byte[].class) return Ref.Scalar.BYTES;
        if (type == java.time.OffsetDateTime.class) return new Ref.Named("io.k8s.apimachinery.pkg.apis.meta.v1.Time");
        String named = typeNames.get(type);
        if (named == null) throw new IllegalStateException("no schema type for " + type);
        return new Ref.Named(named);
    }
}
