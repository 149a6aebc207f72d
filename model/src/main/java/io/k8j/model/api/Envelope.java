package io.k8j.model.api;

import io.k8j.model.json.RawJson;
import io.k8j.model.typed.Slim;
import io.k8j.model.typed.StringPool;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Kind, apiVersion and the identifying metadata of an object, read out of its bytes without parsing the rest. One is
 * kept for each object in memory, so that equal strings are shared.
 *
 * @param deletionTimestamp null if its deletion has not begun
 * @param labels read-only
 * @param free whether it has neither owners nor finalizers and is not being deleted; false if that is not known
 */
record Envelope(
        String kind,
        String apiVersion,
        String namespace,
        String name,
        String uid,
        String resourceVersion,
        String deletionTimestamp,
        Map<String, String> labels,
        boolean free) {
    private static final JsonFactory FACTORY = new JsonFactory();
    private static final StringPool STRINGS = new StringPool();
    private static final String OWNERS = "ownerReferences";
    private static final String FINALIZERS = "finalizers";

    /** @param ordered whether kind and apiVersion come first and nothing that is wanted after the managed fields */
    static Envelope read(byte[] json, boolean ordered) {
        Reader reader = new Reader(ordered);
        byte[] text = ordered ? json : Slim.of(json);
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            reader.object(parser);
        }
        return new Envelope(
                reader.kind,
                reader.apiVersion,
                reader.namespace,
                reader.name,
                reader.uid,
                reader.resourceVersion,
                reader.deletionTimestamp,
                reader.labels,
                reader.deletionTimestamp == null && !reader.bound);
    }

    /**
     * The envelope of an object that is just written, from its tree, so that its bytes need not be read.
     *
     * @param resourceVersion the one that the bytes have
     * @return null if the tree has something else than strings where the bytes have to say what they mean
     */
    static Envelope of(Map<String, Object> tree, String resourceVersion) {
        if (!(tree.get("metadata") instanceof Map<?, ?> metadata)) return null;
        Object given = metadata.get("labels") instanceof RawJson raw ? raw.parse() : metadata.get("labels");
        Map<String, String> labels = given == null ? Map.of() : strings(given);
        if (labels == null) return null;
        Object deletion = metadata.get("deletionTimestamp");
        boolean free = deletion == null && metadata.get(OWNERS) == null && metadata.get(FINALIZERS) == null;
        return new Envelope(
                text(tree, "kind"),
                text(tree, "apiVersion"),
                text(metadata, "namespace"),
                text(metadata, "name"),
                text(metadata, "uid"),
                resourceVersion,
                deletion instanceof String when ? when : null,
                labels,
                free);
    }

    private static String text(Map<?, ?> map, String field) {
        return map.get(field) instanceof String text ? STRINGS.share(text) : "";
    }

    private static Map<String, String> strings(Object labels) {
        if (!(labels instanceof Map<?, ?> given)) return null;
        Map<String, String> map = LinkedHashMap.newLinkedHashMap(given.size());
        for (Map.Entry<?, ?> e : given.entrySet()) {
            if (!(e.getValue() instanceof String value)) return null;
            map.put(STRINGS.share((String) e.getKey()), STRINGS.share(value));
        }
        return map.isEmpty() ? Map.of() : Collections.unmodifiableMap(map);
    }

    private static final class Reader {
        private final boolean ordered;
        private String kind = "";
        private String apiVersion = "";
        private String namespace = "";
        private String name = "";
        private String uid = "";
        private String resourceVersion = "";
        private String deletionTimestamp;
        private boolean bound; // has owners or finalizers
        private Map<String, String> labels = Map.of();

        private Reader(boolean ordered) {
            this.ordered = ordered;
        }

        private void object(JsonParser parser) {
            int missing = 3;
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return;
            }
            while (missing > 0 && parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "kind" -> kind = text(parser, value);
                    case "apiVersion" -> apiVersion = text(parser, value);
                    case "metadata" -> {
                        if (!metadata(parser)) {
                            return;
                        }
                    }
                    default -> {
                        parser.skipChildren();
                        continue;
                    }
                }
                missing--;
            }
        }

        /** Whether it was read to its end, so that what follows can be read, too. */
        private boolean metadata(JsonParser parser) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                return true;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = parser.currentName();
                if (ordered && field.equals("managedFields")) {
                    return false;
                }
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "name" -> name = text(parser, value);
                    case "namespace" -> namespace = text(parser, value);
                    case "uid" -> uid = text(parser, value);
                    case "resourceVersion" -> resourceVersion = text(parser, value);
                    case "deletionTimestamp" ->
                        deletionTimestamp = value == JsonToken.VALUE_STRING ? parser.getString() : null;
                    case "labels" -> labels = strings(parser, value);
                    case OWNERS, FINALIZERS -> {
                        bound = true;
                        parser.skipChildren();
                    }
                    default -> parser.skipChildren();
                }
            }
            return true;
        }

        private static String text(JsonParser parser, JsonToken value) {
            if (value == JsonToken.VALUE_STRING) {
                return STRINGS.share(parser.getString());
            }
            parser.skipChildren();
            return "";
        }

        private static Map<String, String> strings(JsonParser parser, JsonToken value) {
            if (value != JsonToken.START_OBJECT) {
                return Map.of();
            }
            Map<String, String> map = new LinkedHashMap<>(4);
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String key = STRINGS.share(parser.currentName());
                parser.nextToken();
                map.put(key, STRINGS.share(parser.getString()));
            }
            return map.isEmpty() ? Map.of() : Collections.unmodifiableMap(map);
        }
    }
}
