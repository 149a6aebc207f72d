package io.k8j.client.https;

import io.k8j.model.api.ApiObject;
import io.k8j.model.api.ApiResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Cuts objects out of lists and watch events without decoding them. */
final class JsonSlices {
    /** A watch event: its type and the bytes of its object. */
    record Event(String type, byte[] object) {}

    private static final JsonFactory FACTORY = new JsonFactory();

    private JsonSlices() {}

    /** Empty if the JSON is no list. */
    static Optional<ApiResponse.ApiList> list(byte[] json) {
        String kind = "";
        String apiVersion = "";
        String version = "";
        String continueToken = "";
        Long remaining = null;
        List<byte[]> items = null;
        List<Boolean> typed = new ArrayList<>();
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                switch (field) {
                    case "kind" -> kind = parser.getString();
                    case "apiVersion" -> apiVersion = parser.getString();
                    case "metadata" -> {
                        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                            String name = parser.currentName();
                            parser.nextToken();
                            switch (name) {
                                case "resourceVersion" -> version = parser.getString();
                                case "continue" -> continueToken = parser.getString();
                                case "remainingItemCount" -> remaining = parser.getLongValue();
                                default -> parser.skipChildren();
                            }
                        }
                    }
                    case "items" -> {
                        items = new ArrayList<>();
                        if (value == JsonToken.START_ARRAY) {
                            while (parser.nextToken() == JsonToken.START_OBJECT) {
                                items.add(slice(json, parser, typed));
                            }
                        }
                    }
                    default -> parser.skipChildren();
                }
            }
        }
        if (items == null || !kind.endsWith("List")) {
            return Optional.empty();
        }
        String itemKind = kind.substring(0, kind.length() - "List".length());
        List<ApiObject> objects = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            byte[] item = typed.get(i) ? items.get(i) : withType(items.get(i), itemKind, apiVersion);
            objects.add(ApiObject.ofJson(item));
        }
        return Optional.of(new ApiResponse.ApiList(objects, version, continueToken, remaining));
    }

    /** The bytes of the object at whose beginning the parser stands; notes whether it names its kind. */
    private static byte[] slice(byte[] json, JsonParser parser, List<Boolean> typed) {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        boolean named = false;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            named |= parser.currentName().equals("kind");
            parser.nextToken();
            parser.skipChildren();
        }
        typed.add(named);
        return Arrays.copyOfRange(json, from, (int) parser.currentLocation().getByteOffset());
    }

    /** Upstream leaves kind and apiVersion out of the items of typed lists. */
    private static byte[] withType(byte[] item, String kind, String apiVersion) {
        String head = "{\"kind\":\"" + kind + "\",\"apiVersion\":\"" + apiVersion + "\"";
        int rest = 1;
        while (rest < item.length && item[rest] <= ' ') {
            rest++;
        }
        byte[] start = (head + (item[rest] == '}' ? "" : ",")).getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(start, start.length + item.length - rest);
        System.arraycopy(item, rest, whole, start.length, item.length - rest);
        return whole;
    }

    static Event event(byte[] line, int length) {
        String type = "";
        byte[] object = new byte[0];
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), line, 0, length)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (field.equals("type")) {
                    type = parser.getString();
                } else if (field.equals("object") && value == JsonToken.START_OBJECT) {
                    object = slice(line, parser, new ArrayList<>());
                } else {
                    parser.skipChildren();
                }
            }
        }
        return new Event(type, object);
    }
}
