package io.k8j.model.typed;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.k8j.model.resource.GroupVersionKind;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.util.TokenBuffer;

/**
 * Translates between trees or JSON bytes and fabric8's typed objects. Typed objects of one version are shared between
 * readers and must not be changed. Safe for use by several threads.
 */
public final class TypedCodec {
    private static final String MODELS = "io.fabric8.kubernetes.api.model.";

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(EnumFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL)
            // upstream writes null for an empty list; typed readers want the empty list
            .changeDefaultNullHandling(n -> JsonSetter.Value.forValueNulls(Nulls.SKIP))
            .build();

    private static final Map<Class<?>, ObjectReader> READERS = new ConcurrentHashMap<>();
    private static final ObjectWriter WRITER = MAPPER.writer();
    private static final Map<GroupVersionKind, Optional<Class<? extends KubernetesResource>>> TYPES =
            new ConcurrentHashMap<>();

    private TypedCodec() {}

    /** The class for a built-in kind, list kinds included; null if there is none. */
    public static Class<? extends KubernetesResource> type(GroupVersionKind gvk) {
        return TYPES.computeIfAbsent(gvk, TypedCodec::find).orElse(null);
    }

    /** The class for a built-in kind with metadata; null if there is none. */
    public static Class<? extends HasMetadata> objectType(GroupVersionKind gvk) {
        Class<? extends KubernetesResource> type = type(gvk);
        return type != null && HasMetadata.class.isAssignableFrom(type) ? type.asSubclass(HasMetadata.class) : null;
    }

    /** The kind that a class stands for, by its annotations; works for custom resources' classes, too. */
    public static GroupVersionKind kind(Class<? extends HasMetadata> type) {
        return GroupVersionKind.of(HasMetadata.getApiVersion(type), HasMetadata.getKind(type));
    }

    /**
     * Reads JSON.
     *
     * @throws TypedCodecException if the JSON does not fit the class
     */
    public static <T> T decode(byte[] json, Class<T> type) {
        try {
            return reader(type).readValue(json);
        } catch (JacksonException e) {
            throw new TypedCodecException("decode " + type.getSimpleName(), e);
        }
    }

    /**
     * Reads a tree, without a detour over bytes.
     *
     * @throws TypedCodecException if the tree does not fit the class
     */
    public static <T> T decode(Map<String, Object> tree, Class<T> type) {
        try (TokenBuffer tokens = TreeTokens.write(tree)) {
            return MAPPER.readValue(tokens, type);
        } catch (JacksonException e) {
            throw new TypedCodecException("decode " + type.getSimpleName(), e);
        }
    }

    /**
     * Reads a tree into the class of its kind.
     *
     * @throws TypedCodecException if there is no class for the kind, or the tree does not fit it
     */
    public static HasMetadata decode(GroupVersionKind gvk, Map<String, Object> tree) {
        Class<? extends HasMetadata> type = objectType(gvk);
        if (type == null) throw new TypedCodecException("no class for " + gvk, null);
        return decode(tree, type);
    }

    /** Writes JSON; absent fields are left out. */
    public static byte[] encode(Object typed) {
        try {
            return WRITER.writeValueAsBytes(typed);
        } catch (JacksonException e) {
            throw new TypedCodecException("encode " + typed.getClass().getSimpleName(), e);
        }
    }

    /** Makes a tree that shares nothing with the typed object. */
    public static Map<String, Object> tree(Object typed) {
        try (TokenBuffer tokens = MAPPER.writeValueIntoBuffer(typed);
                JsonParser parser = tokens.asParserOnFirstToken(ObjectReadContext.empty())) {
            return TreeTokens.read(parser);
        } catch (JacksonException e) {
            throw new TypedCodecException("encode " + typed.getClass().getSimpleName(), e);
        }
    }

    private static ObjectReader reader(Class<?> type) {
        return READERS.computeIfAbsent(type, MAPPER::readerFor);
    }

    /** Classes lie in a package of their group and version, of their group, or in the root package. */
    private static Optional<Class<? extends KubernetesResource>> find(GroupVersionKind gvk) {
        int dot = gvk.group().indexOf('.');
        String group = dot < 0 ? gvk.group() : gvk.group().substring(0, dot);
        Class<? extends KubernetesResource> found = null;
        if (!group.isEmpty()) found = load(MODELS + group + "." + gvk.version() + "." + gvk.kind());
        if (found == null && !group.isEmpty()) found = load(MODELS + group + "." + gvk.kind());
        if (found == null) found = load(MODELS + gvk.kind());
        return Optional.ofNullable(found);
    }

    private static Class<? extends KubernetesResource> load(String name) {
        try {
            Class<?> type = Class.forName(name, false, TypedCodec.class.getClassLoader());
            return KubernetesResource.class.isAssignableFrom(type) ? type.asSubclass(KubernetesResource.class) : null;
        } catch (ClassNotFoundException absent) {
            return null;
        }
    }
}
