package io.k8j.model.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.json.JsonFactory;

/** Reads only kind, apiVersion and the identifying metadata out of an object's bytes, skipping the rest unparsed. */
final class Envelope {
    static final List<String> METADATA = List.of("name", "namespace", "uid", "resourceVersion", "deletionTimestamp");
    private static final JsonFactory FACTORY = new JsonFactory();

    private Envelope() {}

    static Map<String, Object> read(byte[] json) {
        Map<String, Object> head = new LinkedHashMap<>(4);
        try (JsonParser parser = FACTORY.createParser(tools.jackson.core.ObjectReadContext.empty(), json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return head;
            }
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "kind", "apiVersion" -> head.put(field, parser.getString());
                    case "metadata" -> head.put(field, metadata(parser));
                    default -> parser.skipChildren();
                }
                if (head.size() == 3) {
                    return head;
                }
            }
        }
        return head;
    }

    private static Map<String, Object> metadata(JsonParser parser) {
        Map<String, Object> metadata = new LinkedHashMap<>(8);
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            return metadata;
        }
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            if (METADATA.contains(field) && value == JsonToken.VALUE_STRING) {
                metadata.put(field, parser.getString());
            } else if (field.equals("labels") && value == JsonToken.START_OBJECT) {
                metadata.put(field, strings(parser));
            } else {
                parser.skipChildren();
            }
        }
        return metadata;
    }

    private static Map<String, String> strings(JsonParser parser) {
        Map<String, String> map = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            map.put(key, parser.getString());
        }
        return java.util.Collections.unmodifiableMap(map);
    }
}
