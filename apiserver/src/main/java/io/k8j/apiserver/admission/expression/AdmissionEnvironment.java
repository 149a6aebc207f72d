package io.k8j.apiserver.admission.expression;

import com.google.common.collect.ImmutableSet;
import dev.cel.common.types.CelKind;
import dev.cel.common.types.CelType;
import dev.cel.common.types.ListType;
import dev.cel.common.types.MapType;
import dev.cel.common.types.NullableType;
import dev.cel.common.types.OptionalType;
import dev.cel.common.types.SimpleType;
import dev.cel.common.types.StructType;
import dev.cel.common.types.TypeType;
import io.k8j.apiserver.cel.AuthorizerFunctions;
import io.k8j.apiserver.cel.MadeTypes;
import io.k8j.apiserver.cel.ServerLanguage;
import io.k8j.model.cel.Environment;
import io.k8j.model.cel.Sizes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** What expressions of webhooks and policies know. Immutable; safe for all threads. */
public final class AdmissionEnvironment {
    private static final CelType TEXTS = ListType.create(SimpleType.STRING);
    private static final CelType LABELS = MapType.create(SimpleType.STRING, SimpleType.STRING);

    private static final Map<String, CelType> STRUCTS = structs();

    private final Environment environment;

    /**
     * Which variables there are beside {@code object}, {@code oldObject}, {@code request} and {@code namespaceObject}.
     *
     * @param params whether there is {@code params}
     * @param authorizer whether there is {@code authorizer}, and {@code authorizer.requestResource}
     * @param making whether expressions make objects and patches
     */
    public record Options(boolean params, boolean authorizer, boolean making) {
        /** For match conditions of webhooks. */
        public static final Options WEBHOOK = new Options(false, true, false);
    }

    private AdmissionEnvironment(Environment environment) {
        this.environment = environment;
    }

    /**
     * An environment.
     *
     * @param variables types of a policy's own variables by name; null if there are none, as for webhooks
     */
    public static AdmissionEnvironment of(Options options, Map<String, CelType> variables) {
        return of(options, variables, SimpleType.DYN, SimpleType.DYN, Map.of());
    }

    /**
     * An environment in which objects and parameters have a type.
     *
     * @param structs that the types name, by name
     */
    public static AdmissionEnvironment of(
            Options options,
            Map<String, CelType> variables,
            CelType object,
            CelType params,
            Map<String, ? extends CelType> structs) {
        Map<String, CelType> types = new LinkedHashMap<>(STRUCTS);
        types.putAll(structs);
        Map<String, CelType> all = new LinkedHashMap<>();
        all.put("object", object);
        all.put("oldObject", object);
        all.put("request", STRUCTS.get("kubernetes.AdmissionRequest"));
        all.put("namespaceObject", STRUCTS.get("kubernetes.Namespace"));
        if (options.params) all.put("params", params);
        if (options.authorizer) {
            all.put("authorizer", AuthorizerFunctions.AUTHORIZER);
            all.put("authorizer.requestResource", AuthorizerFunctions.RESOURCE_CHECK);
        }
        if (variables != null) {
            CelType named = struct("kubernetes.variables", variables);
            types.put(named.name(), named);
            all.put("variables", named);
        }
        return new AdmissionEnvironment(
                options.making
                        ? Environment.making(ServerLanguage.get(), all, types, MadeTypes.MAKER)
                        : Environment.of(ServerLanguage.get(), all, types, Sizes.UNKNOWN));
    }

    /**
     * Compiles a text.
     *
     * @param results what its value may be, by upstream's names of types; empty for anything
     */
    public Program compile(String text, String... results) {
        return switch (environment.compile(text)) {
            case Environment.Compiled.Fault(String message) ->
                new Program(text, null, "compilation failed: " + message);
            case Environment.Compiled.Ready(var expression) -> {
                String found = name(expression.type());
                if (results.length == 0 || Set.of(results).contains(found)) yield new Program(text, expression, null);
                String wanted = results.length == 1
                        ? results[0]
                        : List.of(results).stream().collect(Collectors.joining(" ", "one of [", "]"));
                yield new Program(text, null, "must evaluate to " + wanted + " but got " + found);
            }
        };
    }

    /** A type as upstream names it: {@code list(string)}. */
    static String name(CelType type) {
        return switch (type) {
            case ListType list -> "list(" + name(list.elemType()) + ")";
            case MapType map -> "map(" + name(map.keyType()) + ", " + name(map.valueType()) + ")";
            case OptionalType optional ->
                "optional_type(" + name(optional.parameters().getFirst()) + ")";
            case TypeType meta -> "type(" + name(meta.type()) + ")";
            case NullableType nullable -> "wrapper(" + name(nullable.targetType()) + ")";
            default ->
                type.kind() == CelKind.TIMESTAMP || type.kind() == CelKind.DURATION || type.kind() != CelKind.DYN
                        ? type.name()
                        : "dyn";
        };
    }

    @SuppressWarnings("Immutable") // the map is a copy that nobody changes
    private static CelType struct(String name, Map<String, CelType> fields) {
        Map<String, CelType> copy = Map.copyOf(fields);
        return StructType.create(
                name, ImmutableSet.copyOf(copy.keySet()), field -> Optional.ofNullable(copy.get(field)));
    }

    private static Map<String, CelType> fields(CelType type, String... names) {
        Map<String, CelType> fields = new LinkedHashMap<>();
        for (String name : names) fields.put(name, type);
        return fields;
    }

    private static Map<String, CelType> structs() {
        Map<String, CelType> all = new LinkedHashMap<>();
        CelType kind = add(all, "kubernetes.GroupVersionKind", fields(SimpleType.STRING, "group", "version", "kind"));
        CelType resource =
                add(all, "kubernetes.GroupVersionResource", fields(SimpleType.STRING, "group", "version", "resource"));
        Map<String, CelType> user = fields(SimpleType.STRING, "username", "uid");
        user.put("groups", TEXTS);
        user.put("extra", MapType.create(SimpleType.STRING, TEXTS));
        Map<String, CelType> request =
                fields(SimpleType.STRING, "subResource", "requestSubResource", "name", "namespace", "operation");
        request.put("kind", kind);
        request.put("requestKind", kind);
        request.put("resource", resource);
        request.put("requestResource", resource);
        request.put("userInfo", add(all, "kubernetes.UserInfo", user));
        request.put("dryRun", SimpleType.BOOL);
        request.put("options", SimpleType.DYN);
        add(all, "kubernetes.AdmissionRequest", request);
        namespace(all);
        return Map.copyOf(all);
    }

    private static void namespace(Map<String, CelType> all) {
        Map<String, CelType> metadata =
                fields(SimpleType.STRING, "name", "generateName", "namespace", "UID", "resourceVersion");
        metadata.put("labels", LABELS);
        metadata.put("annotations", LABELS);
        metadata.put("creationTimestamp", SimpleType.TIMESTAMP);
        metadata.put("deletionTimestamp", SimpleType.TIMESTAMP);
        metadata.put("deletionGracePeriodSeconds", SimpleType.INT);
        metadata.put("generation", SimpleType.INT);
        metadata.put("finalizers", TEXTS);
        Map<String, CelType> condition = fields(SimpleType.STRING, "status", "type", "message", "reason");
        condition.put("lastTransitionTime", SimpleType.TIMESTAMP);
        Map<String, CelType> status = fields(SimpleType.STRING, "phase");
        status.put("conditions", ListType.create(add(all, "kubernetes.NamespaceCondition", condition)));
        Map<String, CelType> namespace = new LinkedHashMap<>();
        namespace.put("metadata", add(all, "kubernetes.NamespaceMetadata", metadata));
        namespace.put("spec", add(all, "kubernetes.NamespaceSpec", fields(TEXTS, "finalizers")));
        namespace.put("status", add(all, "kubernetes.NamespaceStatus", status));
        add(all, "kubernetes.Namespace", namespace);
    }

    private static CelType add(Map<String, CelType> all, String name, Map<String, CelType> fields) {
        CelType type = struct(name, fields);
        all.put(name, type);
        return type;
    }
}
